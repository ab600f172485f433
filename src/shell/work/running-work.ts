import type { Asked } from '../../commands/live.ts';

/** The one thing that runs at a time (a turn, a `!` command, the long work of a command) and how it is stopped. */
export class RunningWork {
	#abort: AbortController | null = null;
	#stopHard: () => void = () => undefined;
	#listener: ((text: string) => void) | null = null;
	#what: string | null = null;
	#asked: Asked | null = null;
	#ended: Promise<void> | null = null;
	/** The user leaves the shell: nothing begins any more. */
	isLeaving = false;

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

	/** What commands may know of it. */
	get forCommands(): { say: ((text: string) => void) | null; isBusy: boolean } {
		return { say: this.#listener, isBusy: this.isInterruptible };
	}

	/** Whose agents ask and are answered; null: those of the shell's own conversation. */
	get asked(): Asked | null {
		return this.#asked;
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

	onAsked(asked: Asked): void {
		this.#asked = asked;
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
			this.#asked = null;
		}
	}
}
