/** One line without its newline, or, for a line over the cap, its size with head and tail. */
export type Line =
	| { kind: 'line'; text: string }
	| { kind: 'oversized'; bytes: number; head: string; tail: string };

/**
 * A line above this size is not kept in memory: 16 MiB.
 * @internal For tests: they go past it.
 */
export const MAX_LINE_BYTES = 16 * 1024 * 1024;
/** How much of an oversized line's start and end is kept, bytes each. */
const KEPT_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

/**
 * Splits a byte stream on `\n` alone (U+2028 and CR stay inside a line). Any split of the bytes gives the same lines; a
 * UTF-8 sequence cut by a chunk border is whole again because decoding happens per line. Memory is bounded by the cap.
 */
export class LineSplitter {
	readonly #maxBytes: number;
	#parts: Buffer[] = [];
	#bytes = 0;
	#head: Buffer | null = null;
	#tail: Buffer = Buffer.alloc(0);

	constructor(maxBytes = MAX_LINE_BYTES) {
		this.#maxBytes = maxBytes;
	}

	push(chunk: Buffer): Line[] {
		const lines: Line[] = [];
		let from = 0;
		for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
			lines.push(this.#finish(chunk.subarray(from, at)));
			from = at + 1;
		}
		if (from < chunk.length) this.#keep(chunk.subarray(from));
		return lines;
	}

	/** The unfinished last line, or null when the stream ended with a newline. */
	end(): Line | null {
		return this.#bytes === 0 ? null : this.#finish(Buffer.alloc(0));
	}

	#finish(last: Buffer): Line {
		if (this.#bytes === 0 && last.length <= this.#maxBytes)
			return { kind: 'line', text: last.toString('utf8') };
		this.#keep(last);
		const line: Line =
			this.#head === null
				? { kind: 'line', text: Buffer.concat(this.#parts).toString('utf8') }
				: {
						kind: 'oversized',
						bytes: this.#bytes,
						head: this.#head.toString('utf8'),
						tail: this.#tail.toString('utf8'),
					};
		this.#parts = [];
		this.#bytes = 0;
		this.#head = null;
		this.#tail = Buffer.alloc(0);
		return line;
	}

	/** Copies what it keeps: the caller's chunk may be reused. */
	#keep(piece: Buffer): void {
		this.#bytes += piece.length;
		if (this.#head === null) {
			this.#parts.push(Buffer.from(piece));
			if (this.#bytes <= this.#maxBytes) return;
			const whole = Buffer.concat(this.#parts);
			this.#parts = [];
			this.#head = Buffer.from(whole.subarray(0, KEPT_BYTES));
			this.#tail = Buffer.from(whole.subarray(-KEPT_BYTES));
			return;
		}
		this.#tail = Buffer.from(Buffer.concat([this.#tail, piece]).subarray(-KEPT_BYTES));
	}
}
