import type { Clock } from '../../../core/clock.ts';
import type { RelayEvent } from '../../events/relay-events.ts';

/** The time limit of a chat. What a participant waits for an answer of the user is no part of it. Monotonic ms. */
export class ChatTime {
	readonly #clock: Pick<Clock, 'monotonic'>;
	#deadline: number;
	readonly #open = new Set<string>();
	#waitsSince = 0;

	/** `limitMs` null: there is no end to it. */
	constructor(limitMs: number | null, clock: Pick<Clock, 'monotonic'>) {
		this.#clock = clock;
		this.#deadline = limitMs === null ? Number.POSITIVE_INFINITY : clock.monotonic() + limitMs;
	}

	get isUp(): boolean {
		return this.#clock.monotonic() >= this.#deadline;
	}

	/** For the next turn, which has `configuredMs` (0: no limit) of its own; null: as configured. */
	forTurn(configuredMs: number): number | null {
		if (this.#deadline === Number.POSITIVE_INFINITY) return null;
		const left = Math.max(1, this.#deadline - this.#clock.monotonic());
		return configuredMs > 0 ? Math.min(configuredMs, left) : left;
	}

	event(event: RelayEvent): void {
		if (event.type === 'question_asked') {
			if (this.#open.size === 0) this.#waitsSince = this.#clock.monotonic();
			this.#open.add(event.question.id);
		}
		if (event.type !== 'question_settled' || !this.#open.delete(event.id) || this.#open.size > 0) return;
		this.#deadline += this.#clock.monotonic() - this.#waitsSince;
	}
}
