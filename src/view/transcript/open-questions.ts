import type { Question } from '../../agents/asking/question.ts';
import type { Clock } from '../../core/clock.ts';
import type { TurnStatus } from '../transcript-sink.ts';

/** The questions that nobody has answered yet, for the status. */
export class OpenQuestions {
	readonly #clock: Pick<Clock, 'now'>;
	/** When each is denied, epoch ms. */
	readonly #deniedAt = new Map<string, number>();

	constructor(clock: Pick<Clock, 'now'>) {
		this.#clock = clock;
	}

	asked({ id }: Pick<Question, 'id'>, deniedInMs: number): void {
		this.#deniedAt.set(id, this.#clock.now() + deniedInMs);
	}

	answered(id: string): void {
		this.#deniedAt.delete(id);
	}

	clear(): void {
		this.#deniedAt.clear();
	}

	/** `waiting`: what is waited for besides; null: nothing. */
	waitsFor(waiting: string | null): Pick<TurnStatus, 'waiting' | 'waitsUntil' | 'outcome'> {
		if (waiting !== null || this.#deniedAt.size === 0) return { waiting };
		const waitsUntil = Math.min(...this.#deniedAt.values());
		return { waiting: 'waiting for an answer', waitsUntil, outcome: 'denied in' };
	}
}
