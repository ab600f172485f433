/**
 * Detects programs that ask on the agent's terminal (sudo, ssh, git), past the agent. There are two signs: an unfinished line that
 * is not an event, as questions are; and a process that reads the terminal, if the system shows it. A pure decision over bytes and
 * time.
 */
import { safeLine } from '../../../core/text.ts';

/** A program that continues to print finishes its line sooner. */
const UNFINISHED_MS = 1_000;
/** How long the agent must be quiet before a reader is looked for, and how often. */
const QUIET_MS = 2_000;
/** How much is kept of the beginning and the end of a line without end. */
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

	/** `isTextAgent`: the agent's own words come as plain text, so an unfinished line says nothing. */
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

	/** Somebody has answered: a silence from now on may be the next question. */
	answered(now: number): void {
		this.#lastByteAt = now;
		this.#lastLookAt = now;
		this.#isAsked = false;
		this.#line = NO_LINE;
		this.#lineBefore = NO_LINE;
	}

	/** Call it a few times a second. Returns each question once; `isRead` looks at processes, so it is called seldom. */
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

/** The line as a question, safe to show, or '' if it is an event or blank. */
function questionIn({ head, tail }: LineEnds): string {
	if (shown(head.toString()).startsWith('{')) return '';
	// Text overwritten after a carriage return is no longer on the screen.
	const text = tail.toString().replace(/\s+$/, '');
	return shown(text.slice(text.lastIndexOf('\r') + 1));
}

function shown(text: string): string {
	return safeLine(text, SHOWN_CHARS).trim();
}
