import type { Clock } from '../../core/clock.ts';

/** Two Ctrl+C within this time belong together, ms. */
export const DOUBLE_PRESS_MS = 2000;

/** Decides what one Ctrl+C does. */
export class Interrupts {
	readonly #clock: Pick<Clock, 'monotonic'>;
	#lastAt = Number.NEGATIVE_INFINITY;
	/** When it last met something that ran. */
	#stoppedAt = Number.NEGATIVE_INFINITY;

	constructor(clock: Pick<Clock, 'monotonic'>) {
		this.#clock = clock;
	}

	press(now: {
		isRunning: boolean;
		isLineEmpty: boolean;
	}): 'stop' | 'put_line_aside' | 'keep_line' | 'ask_to_exit' | 'exit' {
		const at = this.#clock.monotonic();
		const isSecond = at - this.#lastAt <= DOUBLE_PRESS_MS;
		this.#lastAt = at;
		if (now.isRunning) {
			this.#stoppedAt = at;
			return 'stop';
		}
		if (now.isLineEmpty) return isSecond ? 'exit' : 'ask_to_exit';
		this.#lastAt = Number.NEGATIVE_INFINITY;
		// The second of two quick ones was meant for what ran: it takes nothing that the first kept.
		return at - this.#stoppedAt <= DOUBLE_PRESS_MS ? 'keep_line' : 'put_line_aside';
	}

	/** Nothing runs any more: the last press was for what ran, and is the first of no pair. */
	rest(): void {
		this.#lastAt = Number.NEGATIVE_INFINITY;
	}
}
