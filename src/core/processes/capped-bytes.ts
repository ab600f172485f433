/** Collects bytes up to a cap and drops the rest, so that a flood cannot fill the memory. */
export class CappedBytes {
	readonly #maxBytes: number;
	readonly #chunks: Buffer[] = [];
	#kept = 0;
	#isTruncated = false;

	constructor(maxBytes: number) {
		this.#maxBytes = maxBytes;
	}

	get isTruncated(): boolean {
		return this.#isTruncated;
	}

	push(chunk: Buffer): void {
		const piece = chunk.subarray(0, this.#maxBytes - this.#kept);
		this.#isTruncated ||= piece.length < chunk.length;
		this.#kept += piece.length;
		if (piece.length > 0) this.#chunks.push(piece);
	}

	bytes(): Buffer {
		return Buffer.concat(this.#chunks);
	}
}
