/** A refusal to start is a few lines. */
const MAX_BYTES = 16 * 1024;

/** The beginning of stderr, which is silent in good runs: it explains a turn that did not begin. */
export class StderrHead {
	readonly #chunks: Buffer[] = [];
	#bytes = 0;

	push(chunk: Buffer): void {
		if (this.#bytes >= MAX_BYTES) return;
		this.#chunks.push(Buffer.from(chunk.subarray(0, MAX_BYTES - this.#bytes)));
		this.#bytes += chunk.length;
	}

	get text(): string {
		return Buffer.concat(this.#chunks).toString('utf8');
	}
}
