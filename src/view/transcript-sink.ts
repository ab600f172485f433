import type { AgentEvent } from '../agents/events.ts';
import type { Plan } from './transcript/plan-lines.ts';

/** `output`: what a shell command printed. */
export type StreamKind = 'message' | 'thought' | 'output';

/** Where a transcript goes. Text is safe already; lines are styled and may be longer than the terminal is wide. */
export interface TranscriptSink {
	/** Part of a growing text. */
	text(kind: StreamKind, text: string): void;
	/** The growing text is over; what follows starts on a new line. */
	endText(): void;
	line(text: string): void;
	/** A line that belongs to what is said; where it is missing, a line like any other. */
	heading?(text: string): void;
	/** The room that rows have now; without it, `PLAIN_SIZE`. */
	size?(): SinkSize;
	/** Loads what draws answers, where that is not there from the start. */
	ready?(): Promise<void>;
	/** What is happening now; null: nothing. */
	status(status: TurnStatus | null): void;
}

export interface SinkSize {
	columns: number;
	/** The whole terminal. */
	rows: number;
}

/** Where nothing is drawn on a terminal: as wide as what is worth a line, as high as shows most of an edit. */
export const PLAIN_SIZE: SinkSize = { columns: 160, rows: 40 };

export interface TurnStatus {
	agent: string;
	startedAt: number;
	/** Rows of tools that have ended, while what comes next may still join them. */
	settled?: readonly string[];
	/** Tools that run now, oldest first. */
	tools: readonly LiveTool[];
	/** As far as it is reported in this turn. */
	plan?: Plan;
	/** The agent waits to try again; `at`: until then, monotonic ms; null: not reported. */
	retry?: { event: Extract<AgentEvent, { type: 'retry' }>; at: number | null };
	/** What an agent asks stands right above: a row for its tool would repeat it. */
	isQuestionAbove?(): boolean;
	/** What changes too often to be passed on each time. */
	figures?(): TurnFigures;
	/** Replaces the agent and its time while it does not work itself (`waiting for claude until 14:30`); null otherwise. */
	waiting: string | null;
	/** When that wait ends, epoch ms: it is counted down. */
	waitsUntil?: number;
	/** What happens then, before the time that is left: `denied in`. */
	outcome?: string;
	/** What Ctrl+C does now, where that is more than to stop the agent. */
	stops?: string;
}

export interface LiveTool {
	/** Described. */
	text: string;
	/** Monotonic, ms. */
	startedAt: number;
	/** It waits for an answer of the user. */
	isAsked?: boolean;
}

export interface TurnFigures {
	/** For this turn so far; null: not reported. */
	tokens: { read: number; written: number } | null;
	/** When the agent last gave a sign of life, monotonic ms. */
	heardAt: number;
}
