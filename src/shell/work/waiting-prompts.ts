/** Texts typed while a turn runs, oldest first. */
export class WaitingPrompts {
	#texts: string[] = [];

	get size(): number {
		return this.#texts.length;
	}

	list(): readonly string[] {
		return this.#texts;
	}

	add(text: string): void {
		this.#texts.push(text);
	}

	takeOldest(): string | null {
		return this.#texts.shift() ?? null;
	}

	takeNewest(): string | null {
		return this.#texts.pop() ?? null;
	}

	/** Empties the queue and gives what was in it. */
	drop(): readonly string[] {
		return this.#texts.splice(0);
	}
}
