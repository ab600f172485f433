/** The content of a chunk of terminal output: the agent's bytes, and the exit code once the end marker has come. */
export interface Scanned {
	output: Buffer[];
	exitCode: number | null;
}

/** The record separator: it starts the marker and occurs nowhere else in it. */
const START = 0x1e;
/** `255` and its line end: the agent may have switched the terminal's output modes back on, which makes it `\r\n` or more. */
const CODE = /^(\d{1,3})\r*\n/;
const MAX_CODE_BYTES = 16;

/**
 * Finds the end marker `\x1e<nonce> <exit code>\n` in a stream, however it is split, and lets everything before it pass
 * unchanged; markers with another nonce are the agent's own bytes. At most the start of a possible marker is held back
 * until the next chunk. Nothing is delivered after the marker.
 */
export class EndMarkerScanner {
	readonly #prefix: Buffer;
	#held: Buffer = Buffer.alloc(0);
	#exitCode: number | null = null;

	constructor(nonce: string) {
		this.#prefix = Buffer.from(`\x1e${nonce} `);
	}

	push(chunk: Buffer): Scanned {
		if (this.#exitCode !== null) return { output: [], exitCode: this.#exitCode };
		const data = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
		const at = data.indexOf(this.#prefix);
		const end = at < 0 ? this.#startOfPossibleMarker(data) : at;
		if (at >= 0) this.#exitCode = codeIn(data.subarray(at + this.#prefix.length));
		this.#held = Buffer.from(data.subarray(end));
		return { output: end === 0 ? [] : [data.subarray(0, end)], exitCode: this.#exitCode };
	}

	/** The bytes held back as the start of a marker that never came. */
	rest(): Buffer {
		return this.#exitCode === null ? this.#held : Buffer.alloc(0);
	}

	#startOfPossibleMarker(data: Buffer): number {
		const at = data.lastIndexOf(START);
		if (at < 0) return data.length;
		const tail = data.subarray(at);
		const isPossible = tail.equals(this.#prefix.subarray(0, tail.length));
		return isPossible ? at : data.length;
	}
}

/** The exit code, or null until its newline has come. Only the wrapper knows the nonce, so the format is certain. */
function codeIn(text: Buffer): number | null {
	const code = CODE.exec(text.subarray(0, MAX_CODE_BYTES).toString('latin1'))?.[1];
	return code === undefined ? null : Number(code);
}
