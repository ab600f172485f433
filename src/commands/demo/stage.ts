/** What the reader presses Enter for, and when it ends early. */
export interface Reader {
	/** Rows of the screen. */
	rows: number;
	/** Resolves when Enter was pressed; false: the reader left. */
	wait(): Promise<boolean>;
}

/** A step that is taller is read in parts, on a larger screen too. */
const MOST_ROWS = 30;
const FEWEST_ROWS = 5;
/** The row that Enter is asked for in, and where the cursor stays. */
const KEPT_ROWS = 1;

const STOP = Symbol('stop');

/**
 * The screen of the demo: shows text in the order in which it is written, and stops for the reader where it is told to and where the
 * screen is full. Work goes on behind it. Without a reader it never stops.
 */
export class DemoStage {
	readonly #print: (text: string) => void;
	readonly #reader: Reader | null;
	readonly #leaving = new AbortController();
	readonly #fullAt: number;
	#waiting: Array<string | typeof STOP> = [];
	#rows = 0;
	#drained: Promise<void> = Promise.resolve();
	#isDraining = false;

	constructor(print: (text: string) => void, reader: Reader | null) {
		this.#print = print;
		this.#reader = reader;
		this.#fullAt = Math.max(FEWEST_ROWS, Math.min(MOST_ROWS, reader?.rows ?? 0) - KEPT_ROWS);
	}

	/** Aborted when the reader left: nothing more is shown. */
	get left(): AbortSignal {
		return this.#leaving.signal;
	}

	/** Rows that fit the width of the screen. */
	write(text: string): void {
		if (this.#reader === null) this.#print(text);
		else this.#add(text);
	}

	/** The reader goes on from here, unless nothing was shown since the last time. */
	stop(): void {
		if (this.#reader !== null) this.#add(STOP);
	}

	/** All that was written is on the screen, or the reader has left. */
	async shown(): Promise<void> {
		await this.#drained;
	}

	#add(piece: string | typeof STOP): void {
		this.#waiting.push(piece);
		if (this.#isDraining) return;
		this.#isDraining = true;
		this.#drained = this.#drain();
	}

	async #drain(): Promise<void> {
		for (let at = 0; at < this.#waiting.length && !this.left.aborted; at++) {
			const piece = this.#waiting[at];
			if (typeof piece === 'string') await this.#show(piece);
			else if (this.#rows > 0) await this.#wait();
		}
		this.#waiting = [];
		this.#isDraining = false;
	}

	async #show(text: string): Promise<void> {
		for (const piece of text.split(/(?<=\n)/)) {
			if (this.#rows >= this.#fullAt) await this.#wait();
			if (this.left.aborted) return;
			this.#print(piece);
			if (piece.endsWith('\n')) this.#rows++;
		}
	}

	async #wait(): Promise<void> {
		this.#rows = 0;
		if ((await this.#reader?.wait()) === false) this.#leaving.abort();
	}
}
