import type { RelayEvent } from './relay-events.ts';

/** Passes events on in the order in which they came, also where one of them is not ready yet. */
export class EventsInOrder {
	readonly #pass: (event: RelayEvent) => void;
	/** null: nothing waits. */
	#last: Promise<void> | null = null;

	constructor(pass: (event: RelayEvent) => void) {
		this.#pass = pass;
	}

	/** At once where nothing is waited for. */
	add(event: RelayEvent | Promise<RelayEvent>): void {
		if (this.#last === null && !(event instanceof Promise)) {
			this.#pass(event);
			return;
		}
		const before = this.#last ?? Promise.resolve();
		const last = before.then(async () => {
			this.#pass(await event);
			if (this.#last === last) this.#last = null;
		});
		// Whoever waits until all is passed on hears of it.
		last.catch(() => undefined);
		this.#last = last;
	}

	/** Resolves when all of them are passed on. Rejects with what was thrown meanwhile. */
	async settled(): Promise<void> {
		await this.#last;
	}
}
