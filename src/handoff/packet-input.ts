import type { Limit } from '../agents/events.ts';
import type { TurnRecord } from '../turns/turn-records.ts';

export interface LineageSession {
	id: string;
	/** The session's folder as the reader of the packet can open it, for instance `.agent-relay/sessions/01ABC…`. */
	folder: string;
	turns: readonly TurnRecord[];
	notes: readonly PacketNote[];
	/** What the user took back while the session was open, oldest first. */
	undos?: readonly PacketUndo[];
}

/** `note`: the user's own words. `shell`: a `!cmd` line and its output. */
export interface PacketNote {
	kind: 'note' | 'shell';
	text: string;
	/** Number of the turn before it, 0 before the first. */
	afterTurn: number;
	exitCode: number | null;
	/** False: only the record attributes it to the user. Default: true. */
	isConfirmed?: boolean;
	/** Absent: the user. */
	by?: 'agent' | undefined;
}

/** An undo of turns, or a redo. */
export interface PacketUndo {
	/** Different from those of all others. */
	id: string;
	kind: 'undo' | 'redo';
	/** The `id` of the undo that a redo took back; else null. */
	of: string | null;
	/** Number of the turn before it. */
	afterTurn: number;
	turns: ReadonlyArray<{ sessionId: string; turn: number }>;
	/** How many it wrote or removed. */
	files: number;
	/** The first of them. */
	paths: readonly string[];
	/** The first of those that it left, as they had changed since. */
	left: readonly string[];
}

export interface PacketDiff {
	path: string;
	change: 'added' | 'modified' | 'deleted' | 'renamed' | 'mode';
	/** Lines; null for binary files. */
	added: number | null;
	removed: number | null;
	/** Unified diff of this path over the time the packet covers; null when there is none (binary, no git). */
	text: string | null;
	by: 'agent' | 'user';
}

export type PacketReason =
	| 'limit'
	| 'switch'
	| 'failed_successor'
	| 'continue'
	| 'checkpoint'
	| 'fork'
	| 'adopted';

interface PacketAgent {
	id: string;
	title: string;
}

export interface PacketInput {
	/** Sessions of the `parent` chain, oldest first; the last is the current one. */
	lineage: readonly LineageSession[];
	/** The lineage's objective; null: the first prompt of the user in it. */
	objective: string | null;
	/** The recorded objective, if nobody witnessed it; null: none. */
	unconfirmedObjective?: string | null;
	/** null when no agent worked yet. */
	from: PacketAgent | null;
	/** null when the successor is not chosen yet. */
	to: PacketAgent | null;
	reason: PacketReason;
	limit: Limit | null;
	/**
	 * The prompt that waits for an answer. null: it follows the packet (`composePrompt`). `isConfirmed` false: only the record
	 * attributes it to the user.
	 */
	nowPrompt: { text: string; isInterrupted: boolean; isConfirmed?: boolean } | null;
	/** One entry per path: the change over the whole time that the packet covers. */
	diffs: readonly PacketDiff[];
	/** The user's changes between turns, if they can be distinguished from the agents' changes. */
	userEdits: readonly PacketDiff[];
	/** The folder of the worktree in which the successor starts, relative to it; '': the worktree itself. */
	startsIn: string;
	/** Set for a delta packet: the successor knows everything up to and including this turn. */
	since: { sessionId: string; turn: number } | null;
	/** The turn after which the work was forked; absent: it was not. `hasFiles`: the files were brought to what it left. */
	fork?: { sessionId: string; turn: number; hasFiles: boolean };
	/** Sessions of `lineage` that are not ancestors of the current session, but used the successor's own conversation. */
	between?: readonly string[];
	/** Sessions of `lineage` whose agents work at the same time, beside the successor, for the same user. */
	beside?: readonly string[];
	/** The state of the workstream, as a prompt carries it; absent: there is none. */
	workstream?: string | null;
	/** UTF-8 bytes of the Markdown, at least `MIN_BUDGET_BYTES`. */
	budgetBytes: number;
	/** The successor's own defence against its prompt syntax (`AgentAdapter.inert`). */
	inert: (text: string) => string;
	/** Values of secret-named variables; those under 8 characters are ignored. */
	secrets: readonly string[];
	/** Records that differ from what the relay wrote, in words, besides the `issues` of the turns. */
	recordIssues: readonly string[];
}

/** The frame of a packet does not fit below this; smaller budgets are raised to it. */
export const MIN_BUDGET_BYTES = 4 * 1024;
