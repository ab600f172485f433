import { fromIso } from '../../core/clock.ts';
import { GrowingLines } from '../../core/files/growing-lines.ts';
import type { Line } from '../../core/files/line-splitter.ts';

/** One line of a file whose lines are numbered by `seq`. */
export interface NumberedLine {
	seq: number;
	/** Epoch ms; 0: it tells none. */
	ts: number;
	/** As it is in the file. */
	text: string;
	json: Readonly<Record<string, unknown>>;
}

/** The form in which the relay writes them. */
const HEAD = /^\{"ts":"([^"\\]{0,40})","seq":(\d{1,15}),"type":"(\w{1,60})"/;

/**
 * The lines of a growing file, each number once and in rising order: of a file that was written anew, only what is new. Lines that
 * are not JSON objects with a number are left out.
 */
export class NumberedLines {
	readonly #lines: GrowingLines;
	readonly #mayBeginAnew: boolean;
	#last: number;
	/** The latest time that was given out; null: none. */
	#latest: number | null = null;

	/** `last`: up to this number they are known. `mayBeginAnew`: a lost file is continued with number 1, and recognized by its times. */
	constructor(path: string, last: number, { mayBeginAnew = false } = {}) {
		this.#lines = new GrowingLines(path);
		this.#last = last;
		this.#mayBeginAnew = mayBeginAnew;
	}

	/** At most one piece of the file. */
	read(): { lines: NumberedLine[]; isAtEnd: boolean } {
		const { lines, isAtEnd, bytes } = this.#lines.read();
		return { lines: lines.flatMap((line) => this.#take(line, bytes) ?? []), isAtEnd };
	}

	close(): void {
		this.#lines.close();
	}

	/** Each line takes more than one byte, so a number above `bytes` was not written by the relay; it would hide all that follow. */
	#take(line: Line, bytes: number): NumberedLine | null {
		const text = line.kind === 'line' ? line.text : line.head;
		const [, time, number] = HEAD.exec(text) ?? [];
		// Most lines of a file that is read again are known by their beginning.
		if (number !== undefined && this.#isKnown(Number(number), fromIso(time) ?? 0)) return null;
		const read = line.kind === 'line' ? parseNumbered(text) : oversized(text, line.bytes);
		if (read === null || read.seq > bytes || this.#isKnown(read.seq, read.ts)) return null;
		this.#last = read.seq;
		this.#latest = Math.max(this.#latest ?? read.ts, read.ts);
		return read;
	}

	#isKnown(seq: number, ts: number): boolean {
		if (seq > this.#last) return false;
		return !this.#mayBeginAnew || this.#latest === null || ts <= this.#latest;
	}
}

function parseNumbered(text: string): NumberedLine | null {
	const json = parseObject(text);
	if (json === null) return null;
	const { seq, ts, type } = json;
	if (typeof seq !== 'number' || !Number.isSafeInteger(seq) || seq < 1 || typeof type !== 'string')
		return null;
	return { seq, ts: typeof ts === 'string' ? (fromIso(ts) ?? 0) : 0, text, json };
}

/** Its number and size are all that is kept of a line that is too long to read. */
function oversized(head: string, bytes: number): NumberedLine | null {
	const [, time = '', number, type] = HEAD.exec(head) ?? [];
	if (number === undefined) return null;
	const json = { ts: time, seq: Number(number), type: 'oversized', of: type, bytes };
	return { seq: Number(number), ts: fromIso(time) ?? 0, text: JSON.stringify(json), json };
}

function parseObject(text: string): Record<string, unknown> | null {
	try {
		const value: unknown = JSON.parse(text);
		return isObject(value) ? value : null;
	} catch {
		return null;
	}
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
