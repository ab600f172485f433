/** The one thing that runs at a time (a turn, a `!` command, the long work of a command) and how it is stopped. */
export class RunningWork {
	#abort: AbortController | null = null;
	#stopHard: () => void = () => undefined;
	#listener: ((text: string) => void) | null = null;
	#what: string | null = null;
	#ended: Promise<void> | null = null;

	/** True while something runs; `interrupt` stops it. */
	get isInterruptible(): boolean {
		return this.#abort !== null;
	}

	/** What runs and would be stopped, safe to show; null for a turn of the active agent. */
	get what(): string | null {
		return this.#what;
	}

	/** True between the first interrupt and the end of what it interrupted. */
	get isStopping(): boolean {
		return this.#abort?.signal.aborted ?? false;
	}

	/** Takes the user's words while the work runs; null when nothing that runs listens. */
	get listener(): ((text: string) => void) | null {
		return this.#listener;
	}

	/** First call: ends the work in good order. Any later one: at once. */
	interrupt(): void {
		if (this.#abort?.signal.aborted) this.#stopHard();
		else this.#abort?.abort();
	}

	/** Interrupts what runs and resolves when it has ended. */
	async end(): Promise<void> {
		this.#abort?.abort();
		await this.#ended?.catch(() => undefined);
	}

	/** What a second interrupt does; a later call replaces it. */
	onHardStop(stop: () => void): void {
		this.#stopHard = stop;
	}

	onSay(take: (text: string) => void): void {
		this.#listener = take;
	}

	/** Rejects as `act` does. `what`: as the getter of that name gives it meanwhile. */
	async run(what: string | null, act: (signal: AbortSignal) => Promise<void>): Promise<void> {
		if (this.#abort !== null) throw new Error('something runs already');
		const abort = new AbortController();
		this.#abort = abort;
		this.#what = what;
		this.#stopHard = () => undefined;
		try {
			this.#ended = act(abort.signal);
			await this.#ended;
		} finally {
			this.#abort = null;
			this.#what = null;
			this.#ended = null;
			this.#listener = null;
		}
	}
}
