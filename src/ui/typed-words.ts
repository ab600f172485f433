/**
 * The prompts that were typed or pasted into a program and sent with Enter, as the keyboard gave them; so that words in a record that
 * anybody could have written are known to be the user's. Whatever edits a line in another way than Backspace, or completes it, makes
 * its words others, and they are not known then.
 */
import { StringDecoder } from 'node:string_decoder';

/** The newest are kept. */
const MAX_PROMPTS = 200;
const MAX_CHARS = 256 * 1024;
/** Keys and answers of the terminal, whole, and at the end of a chunk the beginning of one; Alt and a key; everything else. */
const TOKENS =
	/\x1b\[([0-?]*[ -/]*[@-~])|\x1b[\]P_^X][^\x00-\x1f]*(?:\x07|\x1b\\)|(\x1b(?:\[[0-?]*[ -/]*|[\]P_^X][^\x00-\x1f]*\x1b?)$)|\x1bO.|\x1b\r|\x1b|[^\x1b]/gsu;
const PASTE_BEGINS = '200~';
const PASTE_ENDS = '201~';
/** By kitty's protocol: Enter, pressed; Enter with another key, for a new line; Backspace. */
const ENTER = /^13(?:;1(?::[12])?)?u$/;
const NEW_LINE = /^13;\d+(?::[12])?u$/;
const BACKSPACE = /^127(?:;1(?::[12])?)?u$/;

export class TypedWords {
	readonly #decoder = new StringDecoder('utf8');
	readonly #prompts: string[] = [];
	#line = '';
	#rest = '';
	#isPasting = false;

	feed(chunk: Buffer): void {
		const text = this.#rest + this.#decoder.write(chunk);
		this.#rest = '';
		for (const [token, sequence, begun] of text.matchAll(TOKENS)) {
			if (begun !== undefined) this.#rest = begun.length > MAX_CHARS ? '' : begun;
			else if (sequence !== undefined) this.#sequence(sequence);
			else if (token === '\x1b\r') this.#add('\n');
			else if (!token.startsWith('\x1b')) this.#char(token);
		}
	}

	/** Whether exactly this was sent at once, apart from space around it. */
	has(words: string): boolean {
		return this.#prompts.includes(plain(words));
	}

	#sequence(sequence: string): void {
		if (sequence === PASTE_BEGINS) this.#isPasting = true;
		else if (sequence === PASTE_ENDS) this.#isPasting = false;
		else if (ENTER.test(sequence)) this.#send();
		else if (NEW_LINE.test(sequence)) this.#add('\n');
		else if (BACKSPACE.test(sequence)) this.#takeBack();
	}

	#char(char: string): void {
		if (this.#isPasting) this.#add(char);
		else if (char === '\r') this.#send();
		else if (char === '\x7f' || char === '\b') this.#takeBack();
		else if (char === '\n' || char >= ' ') this.#add(char);
	}

	/** One that is too long is not known. */
	#add(char: string): void {
		if (this.#line.length <= MAX_CHARS) this.#line += char;
	}

	#takeBack(): void {
		this.#line = this.#line.replace(/.$/su, '');
	}

	#send(): void {
		const words = plain(this.#line);
		this.#line = '';
		if (words === '' || words.length >= MAX_CHARS) return;
		this.#prompts.push(words);
		if (this.#prompts.length > MAX_PROMPTS) this.#prompts.shift();
	}
}

/** A terminal pastes each end of a line as Enter. */
const plain = (words: string) => words.replace(/\r\n?/g, '\n').trim();
