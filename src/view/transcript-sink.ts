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
	/** What is happening now; null: nothing. */
	status(status: TurnStatus | null): void;
}

export interface TurnStatus {
	agent: string;
	startedAt: number;
	/** Tools that run now, described, oldest first. */
	tools: readonly string[];
	/** Replaces the agent and its time while it does not work itself (`waiting for claude until 14:30`); null otherwise. */
	waiting: string | null;
	/** What Ctrl+C does now, where that is more than to stop the agent. */
	stops?: string;
}
