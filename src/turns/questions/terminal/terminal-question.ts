/**
 * What asks on the agent's terminal (sudo, ssh, git), past the agent. Two signs: text that is no event and stands unfinished,
 * as questions do; and a process that reads the terminal, where the system can tell. A pure decision over bytes and time.
 */
import { safeLine } from '../../../core/text.ts';

/** A program that goes on printing finishes its line sooner. */
const UNFINISHED_MS = 1_000;
/** A reader is asked for once the agent has been quiet for this long, and this often. */
const QUIET_MS = 2_000;
/** Of a line without end this much of its beginning and of its end is kept. */
const KEPT_BYTES = 1_024;
const SHOWN_CHARS = 200;
const NEWLINE = 0x0a;

export class TerminalQuestions {
	readonly #isTextAgent: boolean;
	#line: LineEnds = NO_LINE;
	#lineBefore: LineEnds = NO_LINE;
	#lastByteAt: number;
	#lastLookAt: number;
	#isAsked = false;

	/** `isTextAgent`: the agent's own words come as plain text, so that an unfinished line says nothing. */
	constructor(startedAt: number, { isTextAgent }: { isTextAgent: boolean }) {
		this.#isTextAgent = isTextAgent;
		this.#lastByteAt = startedAt;
		this.#lastLookAt = startedAt;
	}

	output(chunk: Buffer, now: number): void {
		this.#lastByteAt = now;
		this.#isAsked = false;
		const end = chunk.lastIndexOf(NEWLINE);
		if (end < 0) {
			this.#line = longer(this.#line, chunk);
			return;
		}
		const start = chunk.subarray(0, end).lastIndexOf(NEWLINE);
		this.#lineBefore = longer(start < 0 ? this.#line : NO_LINE, chunk.subarray(start + 1, end));
		this.#line = longer(NO_LINE, chunk.subarray(end + 1));
	}

	/** Somebody has answered: silence from now on may be the next question. */
	answered(now: number): void {
		this.#lastByteAt = now;
		this.#lastLookAt = now;
		this.#isAsked = false;
		this.#line = NO_LINE;
		this.#lineBefore = NO_LINE;
	}

	/** To be called a few times a second. A question is given once; `isRead` costs a look at processes and is asked seldom. */
	tick(now: number, isRead: () => boolean): string | null {
		if (this.#isAsked) return null;
		const quietMs = now - this.#lastByteAt;
		const unfinished = this.#isTextAgent ? '' : questionIn(this.#line);
		if (unfinished !== '' && quietMs >= UNFINISHED_MS) return this.#ask(unfinished);
		if (quietMs < QUIET_MS || now - this.#lastLookAt < QUIET_MS) return null;
		this.#lastLookAt = now;
		return isRead() ? this.#ask(questionIn(this.#line) || questionIn(this.#lineBefore)) : null;
	}

	#ask(text: string): string {
		this.#isAsked = true;
		return text;
	}
}

/** Beginning and end of a line that may have no end. */
interface LineEnds {
	head: Buffer;
	tail: Buffer;
}

const NO_LINE: LineEnds = { head: Buffer.alloc(0), tail: Buffer.alloc(0) };

/** Copies what it keeps: the caller's chunk may be reused. */
function longer({ head, tail }: LineEnds, bytes: Buffer): LineEnds {
	if (bytes.length === 0) return { head, tail };
	const room = KEPT_BYTES - head.length;
	return {
		head: room > 0 ? Buffer.concat([head, bytes.subarray(0, room)]) : head,
		tail: Buffer.from(Buffer.concat([tail, bytes.subarray(-KEPT_BYTES)]).subarray(-KEPT_BYTES)),
	};
}

/** The line as a question, safe to show, or '' when it is an event or blank. */
function questionIn({ head, tail }: LineEnds): string {
	if (shown(head.toString()).startsWith('{')) return '';
	// What a carriage return has overwritten is not on a screen any more.
	const text = tail.toString().replace(/\s+$/, '');
	return shown(text.slice(text.lastIndexOf('\r') + 1));
}

function shown(text: string): string {
	return safeLine(text, SHOWN_CHARS).trim();
}
