/** What the keyboard sends, decoded: text, a paste as one piece, or a named key with its modifiers. */
import { StringDecoder } from 'node:string_decoder';
import { controlKey, csiKeys, type Key, namedKey, press, ss3Keys } from './decode/key-codes.ts';

export type { Key } from './decode/key-codes.ts';

export interface KeyDecoder {
	push(chunk: Uint8Array): Key[];
	/** True: a lone ESC may yet become a sequence; call `flush` when nothing follows for a moment. */
	readonly isWaiting: boolean;
	/** True: a paste has begun and not ended. Every key is part of it until `endPaste`. */
	readonly isPasting: boolean;
	flush(): Key[];
	/** A moment has passed: what comes next does not belong to the last key (a LF after a CR is a key of its own). */
	pause(): void;
	/** Gives what came of a paste whose end is missing. */
	endPaste(): Key[];
}

const PASTE_BEGIN = '\x1b[200~';
const PASTE_END = '\x1b[201~';
const CSI = /\x1b\[([\x30-\x3f]*)[\x20-\x2f]*([\x40-\x7e])/y;
const CONSOLE_FUNCTION_KEY = /\x1b\[\[[A-E]/y;
/** A mouse that another program left on, in its oldest form. */
const MOUSE = /\x1b\[M[^\x1b]{3}/y;
const SS3 = /\x1bO([ -~])/y;
const STRING_REPLY = /\x1b[\]P_^X][^\x07\x1b]{0,4096}(?:\x07|\x1b\\)/y;
const UNFINISHED = /\x1b\x1b?(?:\[\[?[\x20-\x3f]*|\[M[^\x1b]{0,2}|O|[\]P_^X][^\x07\x1b]{0,4096}\x1b?)?$/y;
const PLAIN_RUN = /[^\x00-\x1f\x7f]+/y;

export function createKeyDecoder(): KeyDecoder {
	const decoder = new StringDecoder('utf8');
	let pending = '';
	let paste: string[] | null = null;
	let pasteTail = '';
	let isAfterReturn = false;

	const endPaste = (end: string): Key[] => {
		const text = cleanPaste([...(paste ?? []), end].join(''));
		paste = null;
		pasteTail = '';
		return [{ kind: 'paste', text }];
	};

	const takePaste = (text: string): { keys: Key[]; rest: string } => {
		const whole = pasteTail + text;
		const end = whole.indexOf(PASTE_END);
		if (end >= 0) return { keys: endPaste(whole.slice(0, end)), rest: whole.slice(end + PASTE_END.length) };
		const kept = Math.max(0, whole.length - PASTE_END.length + 1);
		paste?.push(whole.slice(0, kept));
		pasteTail = whole.slice(kept);
		return { keys: [], rest: '' };
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
			// CR LF is one Enter.
			const isSecondHalf = isAfterReturn && rest.startsWith('\n');
			isAfterReturn = rest.startsWith('\r');
			if (!isSecondHalf) keys.push(...next.keys);
			if (rest.startsWith(PASTE_BEGIN)) paste = [];
			rest = rest.slice(next.length);
		}
		return keys;
	};

	return {
		get isWaiting() {
			return pending !== '';
		},
		get isPasting() {
			return paste !== null;
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
		pause() {
			isAfterReturn = false;
		},
		endPaste() {
			return paste === null ? [] : endPaste(pasteTail);
		},
	};
}

interface Decoded {
	/** Characters used; 0: more are needed. */
	length: number;
	keys: Key[];
}

function decodeOne(text: string, isLast: boolean): Decoded {
	const plain = matchAt(PLAIN_RUN, text);
	if (plain) return { length: plain[0].length, keys: [{ kind: 'text', text: plain[0] }] };
	if (text.charCodeAt(0) !== 0x1b) return { length: 1, keys: [controlKey(text.charCodeAt(0), false)] };
	// Two at most belong to what follows; each before them is a press of its own.
	if (text.startsWith('\x1b\x1b\x1b')) return { length: 1, keys: namedKey('escape', 0) };
	if (!isLast && matchAt(UNFINISHED, text)) return { length: 0, keys: [] };
	const ignored = matchAt(CONSOLE_FUNCTION_KEY, text) ?? matchAt(MOUSE, text) ?? matchAt(STRING_REPLY, text);
	if (ignored) return { length: ignored[0].length, keys: [] };
	const csi = matchAt(CSI, text);
	if (csi) return { length: csi[0].length, keys: csiKeys(csi[1] ?? '', csi[2] ?? '') };
	const ss3 = matchAt(SS3, text);
	if (ss3) return { length: ss3[0].length, keys: ss3Keys(ss3[1] ?? '') };
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

function cleanPaste(text: string): string {
	return text.replace(/\r\n?/g, '\n').replace(/[\x00-\x08\x0b-\x1f\x7f]/g, '');
}

function matchAt(pattern: RegExp, text: string): RegExpExecArray | null {
	pattern.lastIndex = 0;
	return pattern.exec(text);
}
