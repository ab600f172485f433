/** A control key among the bytes of a keyboard, in each way that terminals send it, and not inside a paste. */
import { CONTROL_KEY } from '../config/schema.ts';

/** Longer than any sequence that is looked for. */
const TAIL_CHARS = 16;
const PASTE_BEGINS = '\x1b[200~';
const PASTE_ENDS = '\x1b[201~';

export class LeaveKey {
	/** Global: `matchAll` works on a copy, so nothing of one look is left for the next. */
	readonly #pattern: RegExp;
	#tail = '';
	#isPasting = false;

	/** `key`: `ctrl-` and a letter or one of `\ ] ^ _`. */
	constructor(key: string) {
		const [, char = '\\'] = CONTROL_KEY.exec(key) ?? [];
		const byte = char.toUpperCase().charCodeAt(0) & 0x1f;
		const code = char.toLowerCase().charCodeAt(0);
		const hex = byte.toString(16).padStart(2, '0');
		// As the byte; by kitty's protocol, pressed or repeated; by modifyOtherKeys.
		this.#pattern = new RegExp(`\\x${hex}|\\x1b\\[${code};5(?::[12])?u|\\x1b\\[27;5;${code}~`, 'g');
	}

	/** The bytes before it, or all, and whether it was pressed; what follows it in `chunk` is dropped then. */
	feed(chunk: Buffer): { before: Buffer; isPressed: boolean } {
		const known = this.#tail.length;
		const text = this.#tail + chunk.toString('latin1');
		this.#tail = text.slice(-TAIL_CHARS);
		for (let at = 0; at < text.length; ) {
			const marker = text.indexOf(this.#isPasting ? PASTE_ENDS : PASTE_BEGINS, at);
			const end = marker < 0 ? text.length : marker;
			const found = this.#isPasting ? -1 : pressedAt(text.slice(at, end), this.#pattern, known - at);
			if (found >= 0) {
				this.#tail = '';
				return { before: chunk.subarray(0, Math.max(0, at + found - known)), isPressed: true };
			}
			if (marker < 0) break;
			at = marker + PASTE_BEGINS.length;
			// A marker that was seen before has counted already.
			if (at > known) this.#isPasting = !this.#isPasting;
		}
		return { before: chunk, isPressed: false };
	}
}

/** Where it begins; -1 where it is not, or ends before `known`, so that it was seen before. */
function pressedAt(text: string, pattern: RegExp, known: number): number {
	for (const match of text.matchAll(pattern)) if (match.index + match[0].length > known) return match.index;
	return -1;
}
