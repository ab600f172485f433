/**
 * Keys as escape sequences report them: the old forms, xterm's modifyOtherKeys and the kitty keyboard protocol
 * (https://sw.kovidgoyal.net/kitty/keyboard-protocol/). Pure.
 */

export type KeyName =
	| 'enter'
	| 'tab'
	| 'backspace'
	| 'delete'
	| 'escape'
	| 'left'
	| 'right'
	| 'up'
	| 'down'
	| 'home'
	| 'end'
	| 'pageup'
	| 'pagedown'
	| 'insert'
	| 'character';

export type Key =
	| { kind: 'text'; text: string }
	/** Line breaks are `\n`; control characters other than tab are removed. */
	| { kind: 'paste'; text: string }
	| Press;

export interface Press {
	kind: 'press';
	name: KeyName;
	/** The lower-case character when `name` is `character`, else empty. */
	character: string;
	ctrl: boolean;
	alt: boolean;
	shift: boolean;
}

const LETTERS: Readonly<Record<string, KeyName>> = {
	A: 'up',
	B: 'down',
	C: 'right',
	D: 'left',
	H: 'home',
	F: 'end',
};
const NUMBERS: Readonly<Record<string, KeyName>> = {
	1: 'home',
	2: 'insert',
	3: 'delete',
	4: 'end',
	5: 'pageup',
	6: 'pagedown',
	7: 'home',
	8: 'end',
};
const CODES: Readonly<Record<number, KeyName>> = {
	8: 'backspace',
	9: 'tab',
	13: 'enter',
	27: 'escape',
	127: 'backspace',
	57414: 'enter',
	57417: 'left',
	57418: 'right',
	57419: 'up',
	57420: 'down',
	57421: 'pageup',
	57422: 'pagedown',
	57423: 'home',
	57424: 'end',
	57425: 'insert',
	57426: 'delete',
};
/** Keys of the keypad that type something: 0-9 from 57399 on, then these from 57409 on. */
const KEYPAD_DIGITS = 57399;
const KEYPAD_SIGNS: Readonly<Record<number, string>> = {
	57409: '.',
	57410: '/',
	57411: '*',
	57412: '-',
	57413: '+',
	57415: '=',
	57416: ',',
};
/** The keypad in its application mode, which another program may have left on: `ESC O` and a letter. */
const KEYPAD_LETTERS = '*+,-./0123456789';

const SHIFT = 1;
const ALT = 2;
const CTRL = 4;
/** Super, hyper and meta: what they send with a key is a shortcut of the desktop, never text. */
const OTHERS = 8 | 16 | 32;
const CAPS_LOCK = 64;
const RELEASED = 3;

/** `ESC O` and a letter. */
export function ss3Keys(letter: string): Key[] {
	if (letter === 'M') return namedKey('enter', 0);
	const sign = letter >= 'j' ? KEYPAD_LETTERS[letter.charCodeAt(0) - 0x6a] : undefined;
	if (sign !== undefined) return [{ kind: 'text', text: sign }];
	return letter === 'X' ? [{ kind: 'text', text: '=' }] : namedKey(LETTERS[letter], 0);
}

/** `parameters` and `final` of a control sequence; empty for one that is not a key, and for a key that is let go. */
export function csiKeys(parameters: string, final: string): Key[] {
	// Answers of the terminal, and a mouse that another program left on.
	if (/^[<=>?]/.test(parameters)) return [];
	const [code = [], how = [], text = []] = parameters.split(';').map((part) => part.split(':'));
	if (Number(how[1]) === RELEASED) return [];
	const modifiers = Math.max(0, Number.parseInt(how[0] ?? '', 10) - 1 || 0);
	const [first = ''] = code;
	if (final === 'Z') return namedKey('tab', SHIFT);
	if (final === 'u') return codeKey(code.map(toCode), modifiers, text.map(toCode));
	if (final !== '~') return namedKey(LETTERS[final], modifiers);
	if (first === '27') return codeKey([toCode(text[0] ?? '')], modifiers, []);
	return namedKey(NUMBERS[first], modifiers);
}

const toCode = (digits: string): number => Number.parseInt(digits, 10);

/**
 * A key by its code point, with those of the shifted key and of the same key on a US keyboard, where the terminal reports them:
 * Ctrl+C is that key on a Cyrillic keyboard, too. `text`: the code points that it types, if reported.
 */
function codeKey(
	[code = Number.NaN, shifted, base]: readonly number[],
	modifiers: number,
	text: readonly number[],
): Key[] {
	const name = CODES[code];
	if (name) return namedKey(name, modifiers);
	if (!isCharacter(code)) return keypadKey(code, modifiers);
	if ((modifiers & (ALT | CTRL | OTHERS)) === 0)
		return [{ kind: 'text', text: typedBy(code, shifted, modifiers, text) }];
	if ((modifiers & OTHERS) !== 0) return [];
	const pressed = isCharacter(base) ? base : code;
	return [
		press('character', { ...flags(modifiers), character: String.fromCodePoint(pressed).toLowerCase() }),
	];
}

function typedBy(
	code: number,
	shifted: number | undefined,
	modifiers: number,
	text: readonly number[],
): string {
	const typed = text.filter(isCharacter).map((one) => String.fromCodePoint(one));
	if (typed.length > 0) return typed.join('');
	const isShifted = (modifiers & SHIFT) !== 0;
	if (isShifted && isCharacter(shifted)) return String.fromCodePoint(shifted);
	const character = String.fromCodePoint(code);
	return isShifted !== ((modifiers & CAPS_LOCK) !== 0) ? character.toUpperCase() : character;
}

function keypadKey(code: number, modifiers: number): Key[] {
	const digit = code - KEYPAD_DIGITS;
	const text = digit >= 0 && digit <= 9 ? String(digit) : KEYPAD_SIGNS[code];
	return text === undefined || (modifiers & (ALT | CTRL | OTHERS)) !== 0 ? [] : [{ kind: 'text', text }];
}

/** Not a control, and not one of the codes that stand for keys without text (U+E000 to U+F8FF). */
function isCharacter(code: number | undefined): code is number {
	if (code === undefined || !Number.isInteger(code)) return false;
	if (code < 0x20 || (code >= 0x7f && code < 0xa0) || code > 0x10ffff) return false;
	return !(code >= 0xd800 && code <= 0xf8ff);
}

/** A key that comes as one control character. LF is Ctrl+J: Enter sends CR. */
export function controlKey(code: number, alt: boolean): Key {
	const name = CODES[code];
	if (name) return press(name, { alt });
	return press('character', { ctrl: true, alt, character: String.fromCharCode(code + 0x40).toLowerCase() });
}

export function namedKey(name: KeyName | undefined, modifiers: number): Key[] {
	return name === undefined ? [] : [press(name, flags(modifiers))];
}

export function press(name: KeyName, rest: Partial<Press>): Press {
	return { kind: 'press', name, character: '', ctrl: false, alt: false, shift: false, ...rest };
}

function flags(modifiers: number): { shift: boolean; alt: boolean; ctrl: boolean } {
	return {
		shift: (modifiers & SHIFT) !== 0,
		alt: (modifiers & ALT) !== 0,
		ctrl: (modifiers & CTRL) !== 0,
	};
}
