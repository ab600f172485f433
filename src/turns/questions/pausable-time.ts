/** A clock that can be paused, for limits that must not count the time an agent waits for an answer. Epoch ms throughout. */
export class PausableTime {
	readonly #stood: Array<{ from: number; to: number }> = [];
	#since: number | null = null;

	stop(at: number): void {
		this.#since ??= at;
	}

	go(at: number): void {
		if (this.#since !== null) this.#stood.push({ from: this.#since, to: Math.max(this.#since, at) });
		this.#since = null;
	}

	/** `at` minus the pauses before it. */
	at(at: number): number {
		const standing = this.#since === null ? 0 : Math.max(0, at - this.#since);
		return this.#stood.reduce((left, { from, to }) => left - overlap(from, to, at), at - standing);
	}
}

const overlap = (from: number, to: number, at: number) => Math.max(0, Math.min(to, at) - from);
