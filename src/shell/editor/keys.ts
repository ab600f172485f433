/** What the keyboard sends, decoded: text, a paste as one piece, or a named key with its modifiers. */
import { StringDecoder } from 'node:string_decoder';

type KeyName =
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
	| {
			kind: 'press';
			name: KeyName;
			/** The lower-case character when `name` is `character`, else empty. */
			character: string;
			ctrl: boolean;
			alt: boolean;
			shift: boolean;
	  };

export interface KeyDecoder {
	push(chunk: Uint8Array): Key[];
	/** True: a lone ESC may yet become a sequence; call `flush` when nothing follows for a moment. */
	readonly isWaiting: boolean;
	flush(): Key[];
}

const PASTE_END = '\x1b[201~';
const CSI = /\x1b\[([\x30-\x3f]*)[\x20-\x2f]*([\x40-\x7e])/y;
const CONSOLE_FUNCTION_KEY = /\x1b\[\[[A-E]/y;
const SS3 = /\x1bO([ -~])/y;
const STRING_REPLY = /\x1b[\]P_^X][^\x07\x1b]{0,4096}(?:\x07|\x1b\\)/y;
const UNFINISHED = /\x1b\x1b?(?:\[\[?[\x20-\x3f]*|O|[\]P_^X][^\x07\x1b]{0,4096}\x1b?)?$/y;
const PLAIN_RUN = /[^\x00-\x1f\x7f]+/y;

const CSI_LETTERS: Readonly<Record<string, KeyName>> = {
	A: 'up',
	B: 'down',
	C: 'right',
	D: 'left',
	H: 'home',
	F: 'end',
	M: 'enter',
};
const CSI_NUMBERS: Readonly<Record<string, KeyName>> = {
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
	10: 'enter',
	13: 'enter',
	27: 'escape',
	127: 'backspace',
};

export function createKeyDecoder(): KeyDecoder {
	const decoder = new StringDecoder('utf8');
	let pending = '';
	let paste: string[] | null = null;
	let pasteTail = '';

	const takePaste = (text: string): { keys: Key[]; rest: string } => {
		const whole = pasteTail + text;
		const end = whole.indexOf(PASTE_END);
		if (end < 0) {
			const kept = Math.max(0, whole.length - PASTE_END.length + 1);
			paste?.push(whole.slice(0, kept));
			pasteTail = whole.slice(kept);
			return { keys: [], rest: '' };
		}
		const pasted = [...(paste ?? []), whole.slice(0, end)].join('');
		paste = null;
		pasteTail = '';
		return { keys: [{ kind: 'paste', text: cleanPaste(pasted) }], rest: whole.slice(end + PASTE_END.length) };
	};

	const decode = (text: string, isLast: boolean): Key[] => {
		const keys: Key[] = [];
		let rest = text;
		while (rest !== '') {
			if (paste !== null) {
				const taken = takePaste(rest);
				keys.push(...taken.keys);
				rest = taken.rest;
				continue;
			}
			const next = decodeOne(rest, isLast);
			if (next.length === 0) {
				pending = rest;
				break;
			}
			if (next.opensPaste) paste = [];
			keys.push(...next.keys);
			rest = rest.slice(next.length);
		}
		return keys;
	};

	return {
		get isWaiting() {
			return pending !== '';
		},
		push(chunk) {
			const text = pending + decoder.write(Buffer.from(chunk));
			pending = '';
			return decode(text, false);
		},
		flush() {
			const text = pending;
			pending = '';
			return decode(text, true);
		},
	};
}

interface Decoded {
	/** Characters used; 0: more are needed. */
	length: number;
	keys: Key[];
	opensPaste?: boolean;
}

function decodeOne(text: string, isLast: boolean): Decoded {
	const plain = matchAt(PLAIN_RUN, text);
	if (plain) return { length: plain[0].length, keys: [{ kind: 'text', text: plain[0] }] };
	if (text.charCodeAt(0) !== 0x1b) return { length: 1, keys: [controlKey(text.charCodeAt(0), false)] };
	// Two at most belong to what follows; each before them is a press of its own.
	if (text.startsWith('\x1b\x1b\x1b')) return { length: 1, keys: namedKey('escape', 0) };
	if (!isLast && matchAt(UNFINISHED, text)) return { length: 0, keys: [] };
	const ignored = matchAt(CONSOLE_FUNCTION_KEY, text) ?? matchAt(STRING_REPLY, text);
	if (ignored) return { length: ignored[0].length, keys: [] };
	const csi = matchAt(CSI, text);
	if (csi) return { length: csi[0].length, ...csiKeys(csi[1] ?? '', csi[2] ?? '') };
	const ss3 = matchAt(SS3, text);
	if (ss3) return { length: ss3[0].length, keys: namedKey(CSI_LETTERS[ss3[1] ?? ''], 0) };
	return altKey(text);
}

function altKey(text: string): Decoded {
	const rest = text.slice(1);
	if (rest === '') return { length: 1, keys: namedKey('escape', 0) };
	const code = rest.codePointAt(0) ?? 0;
	if (code === 0x1b) {
		const inner = decodeOne(rest, true);
		return {
			length: 1 + inner.length,
			keys: inner.keys.map((key) => (key.kind === 'press' ? { ...key, alt: true } : key)),
		};
	}
	if (code < 0x20 || code === 0x7f) return { length: 2, keys: [controlKey(code, true)] };
	const character = String.fromCodePoint(code);
	return {
		length: 1 + character.length,
		keys: [press('character', { alt: true, character: character.toLowerCase() })],
	};
}

function csiKeys(parameters: string, final: string): Pick<Decoded, 'keys' | 'opensPaste'> {
	const [first = '', second = '', third = ''] = parameters.split(';');
	const modifiers = Math.max(0, Number.parseInt(second, 10) - 1 || 0);
	if (final === 'Z') return { keys: namedKey('tab', 1) };
	if (final === 'u') return { keys: codeKey(Number.parseInt(first, 10), modifiers) };
	if (final !== '~') return { keys: namedKey(CSI_LETTERS[final], modifiers) };
	if (first === '200') return { keys: [], opensPaste: true };
	if (first === '27') return { keys: codeKey(Number.parseInt(third, 10), modifiers) };
	return { keys: namedKey(CSI_NUMBERS[first], modifiers) };
}

/** A key reported by its code point (the kitty and modifyOtherKeys forms). */
function codeKey(code: number, modifiers: number): Key[] {
	if (!Number.isInteger(code) || code < 0 || code > 0x10ffff) return [];
	const name = CODES[code];
	if (name) return namedKey(name, modifiers);
	const character = String.fromCodePoint(code);
	if ((modifiers & 6) === 0) return [{ kind: 'text', text: character }];
	return [press('character', { ...flags(modifiers), character: character.toLowerCase() })];
}

function controlKey(code: number, alt: boolean): Key {
	const name = CODES[code];
	if (name) return press(name, { alt });
	return press('character', { ctrl: true, alt, character: String.fromCharCode(code + 0x40).toLowerCase() });
}

function namedKey(name: KeyName | undefined, modifiers: number): Key[] {
	return name === undefined ? [] : [press(name, flags(modifiers))];
}

function flags(modifiers: number): { shift: boolean; alt: boolean; ctrl: boolean } {
	return { shift: (modifiers & 1) !== 0, alt: (modifiers & 2) !== 0, ctrl: (modifiers & 4) !== 0 };
}

function press(name: KeyName, rest: Partial<Extract<Key, { kind: 'press' }>>): Key {
	return { kind: 'press', name, character: '', ctrl: false, alt: false, shift: false, ...rest };
}

function cleanPaste(text: string): string {
	return text.replace(/\r\n?/g, '\n').replace(/[\x00-\x08\x0b-\x1f\x7f]/g, '');
}

function matchAt(pattern: RegExp, text: string): RegExpExecArray | null {
	pattern.lastIndex = 0;
	return pattern.exec(text);
}
