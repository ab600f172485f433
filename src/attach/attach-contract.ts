/** What attaching an agent's own TUI takes, and what came of it. */
import type { AgentId } from '../agents/agent-adapter.ts';
import type { Limit } from '../agents/events.ts';
import type { SessionId } from '../core/ids.ts';
import type { TurnState } from '../sessions/turns/turn-state.ts';
import type { TuiProcess } from '../terminal/tui-process.ts';

export type Passed = Pick<TuiProcess, 'write' | 'resize' | 'resume'>;

/** The user's terminal, which a TUI has until `close`. */
export interface TuiTerminal {
	readonly size: { columns: number; rows: number };
	/** Resolves once the user wants to come back: null by the key, else the exit code of the signal that ended it. */
	readonly left: Promise<number | null>;
	/** Resolves once the user wants it again. */
	readonly pressedAgain: Promise<void>;
	/** Whether these words, and no others, were typed or pasted here and sent with Enter. */
	hasSent(words: string): boolean;
	/** From now on what is typed goes to the TUI. */
	connect(tui: Passed): void;
	/** What the TUI prints. */
	output(chunk: Buffer): void;
	/** The TUI stopped itself: so does this process, and lets it go on once it is woken. */
	stopped(): Promise<void>;
	/** Draws the user's attention, and nothing else. */
	alert(): void;
	/** The terminal is as it was before. Idempotent. */
	close(): void;
}

export interface AttachEnd {
	agent: AgentId;
	sessionId: SessionId;
	/** `left`: by the key; `limit`: at once, as configured; `signal`: the relay was told to end. */
	how: 'ended' | 'left' | 'limit' | 'signal';
	/** The TUI's, where it ended by itself. */
	exitCode: number | null;
	/** The relay's, where a signal ended it. */
	signalCode: number | null;
	/** What happened there, oldest first. */
	turns: readonly TurnState[];
	/** In force: it came with the newest turn. */
	limit: Limit | null;
	/** Who still works in the conversation, in words; no other agent may begin. */
	working: readonly string[];
	/** Sentences for people. */
	notices: readonly string[];
}
