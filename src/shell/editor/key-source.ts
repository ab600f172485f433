/** Keys of the terminal as they come: what one read gives is decoded, and what only time can tell is left to time. */
import type { Clock } from '../../core/clock.ts';
import { BURST_GAP_MS, readBurst } from './decode/bursts.ts';
import { createKeyDecoder, type Key } from './keys.ts';

/** How long a lone ESC waits for the rest of a sequence, ms. */
const ESCAPE_WAIT_MS = 40;
/** A paste whose end is missing (a dropped connection, a terminal that was killed) counts as ended after this, ms. */
const PASTE_WAIT_MS = 2000;
/** Smaller reads are keys of somebody who wonders why nothing happens; they do not make the paste longer. */
const PASTE_PIECE_BYTES = 16;
/** Rounds of the event loop in which a terminal hands over what it has, however slow the machine is. */
const FIRST_ROUNDS = 3;
const [LF, CR] = [0x0a, 0x0d];

export class KeySource {
	readonly #clock: Clock;
	readonly #onKeys: (keys: readonly Key[]) => void;
	readonly #decoder = createKeyDecoder();
	#lastReadAt = Number.NEGATIVE_INFINITY;
	#lastPieceAt = 0;
	#isInBurst = false;
	#isPasteWatched = false;
	/** What is read was typed while the terminal was not in raw mode. */
	#isTypedAhead = false;

	constructor(clock: Clock, onKeys: (keys: readonly Key[]) => void) {
		this.#clock = clock;
		this.#onKeys = onKeys;
	}

	/** Keys come from now on. */
	begin(): void {
		this.#isTypedAhead = true;
		const wait = (rounds: number) => {
			if (rounds > 0) setImmediate(wait, rounds - 1);
			else this.#isTypedAhead = false;
		};
		wait(FIRST_ROUNDS);
	}

	/** Takes what one read gave. */
	read = (bytes: Buffer): void => {
		const now = this.#clock.monotonic();
		const chunk = this.#isTypedAhead ? withEnters(bytes) : bytes;
		const isApart = now - this.#lastReadAt > BURST_GAP_MS;
		this.#lastReadAt = now;
		if (isApart) this.#decoder.pause();
		const burst = readBurst(this.#decoder.push(chunk), this.#isInBurst && !isApart);
		this.#isInBurst = burst.isOpen;
		this.#onKeys(burst.keys);
		if (this.#decoder.isWaiting) void this.#flushLater();
		if (!this.#decoder.isPasting) return;
		if (!this.#isPasteWatched || chunk.length > PASTE_PIECE_BYTES) this.#lastPieceAt = now;
		if (!this.#isPasteWatched) void this.#watchPaste();
	};

	async #flushLater(): Promise<void> {
		await this.#clock.sleep(ESCAPE_WAIT_MS);
		if (this.#decoder.isWaiting) this.#onKeys(this.#decoder.flush());
	}

	async #watchPaste(): Promise<void> {
		this.#isPasteWatched = true;
		while (this.#decoder.isPasting) {
			const left = this.#lastPieceAt + PASTE_WAIT_MS - this.#clock.monotonic();
			if (left > 0) await this.#clock.sleep(left);
			else this.#onKeys(this.#decoder.endPaste());
		}
		this.#isPasteWatched = false;
	}
}

/** A terminal that is not in raw mode makes LF of Enter, and keeps it. */
const withEnters = (bytes: Buffer) => bytes.map((byte) => (byte === LF ? CR : byte)) as Buffer;
