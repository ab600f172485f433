/** Moments during which something ran; spans that overlap are one. */
export class TimeSpans {
	#spans: Array<[from: number, to: number]> = [];
	/** At how many they are put together next. */
	#full = 256;

	/** Epoch ms; `to` is not before `from`. */
	add(from: number, to: number): void {
		if (to <= from) return;
		this.#spans.push([from, to]);
		if (this.#spans.length < this.#full) return;
		this.#merge();
		this.#full = Math.max(256, this.#spans.length * 2);
	}

	/** The length of all of them, ms. */
	length(): number {
		this.#merge();
		return this.#spans.reduce((sum, [from, to]) => sum + (to - from), 0);
	}

	#merge(): void {
		const merged: Array<[number, number]> = [];
		for (const [from, to] of this.#spans.sort(([a], [b]) => a - b)) {
			const last = merged.at(-1);
			if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
			else merged.push([from, to]);
		}
		this.#spans = merged;
	}
}
