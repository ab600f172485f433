/**
 * Keeps an answer out of the records when the program that asked echoes what is typed: leading bytes that repeat the answer, in
 * order, are recorded as asterisks. The terminal itself echoes nothing.
 */
const ASTERISK = 0x2a;

export class EchoMask {
	#expected: Buffer = Buffer.alloc(0);

	expect(answer: string): void {
		this.#expected = Buffer.from(answer);
	}

	/** The chunk as it may be kept, with the same length. */
	apply(chunk: Buffer): Buffer {
		if (this.#expected.length === 0 || chunk.length === 0) return chunk;
		let count = 0;
		while (count < this.#expected.length && count < chunk.length && chunk[count] === this.#expected[count])
			count++;
		const isOver = count < chunk.length;
		this.#expected = isOver ? Buffer.alloc(0) : this.#expected.subarray(count);
		if (count === 0) return chunk;
		const masked = Buffer.from(chunk);
		return masked.fill(ASTERISK, 0, count);
	}
}
