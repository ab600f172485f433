import type { Limit } from '../agents/events.ts';
import type { TurnRecord } from '../turns/turn-records.ts';

export interface LineageSession {
	id: string;
	/** The session's folder as the reader of the packet can open it, for instance `.agent-relay/sessions/01ABC…`. */
	folder: string;
	turns: readonly TurnRecord[];
	notes: readonly PacketNote[];
}

/** `note`: the user's own words. `shell`: a `!cmd` line and what it printed. */
export interface PacketNote {
	kind: 'note' | 'shell';
	text: string;
	/** Number of the turn it followed, 0 before the first. */
	afterTurn: number;
	exitCode: number | null;
	/** False: only the record says that the user made it. Default: true. */
	isConfirmed?: boolean;
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

export type PacketReason = 'limit' | 'switch' | 'failed_successor' | 'continue' | 'checkpoint';

interface PacketAgent {
	id: string;
	title: string;
}

export interface PacketInput {
	/** Sessions of the `parent` chain, oldest first; the last is the current one. */
	lineage: readonly LineageSession[];
	/** The lineage's objective; null: the first prompt of the user in it. */
	objective: string | null;
	/** What the record has for the objective, where nobody witnessed it; null: nothing. */
	unconfirmedObjective?: string | null;
	/** null when no agent worked yet. */
	from: PacketAgent | null;
	/** null when the successor is not chosen yet. */
	to: PacketAgent | null;
	reason: PacketReason;
	limit: Limit | null;
	/**
	 * The prompt that waits for an answer. null: it follows the packet (`composePrompt`). `isConfirmed` false: only the record
	 * says that it is the user's.
	 */
	nowPrompt: { text: string; isInterrupted: boolean; isConfirmed?: boolean } | null;
	/** One entry a path: the change over the whole time that the packet covers. */
	diffs: readonly PacketDiff[];
	/** What the user changed between turns, where told apart from the agents' changes. */
	userEdits: readonly PacketDiff[];
	/** The folder of the worktree in which the successor starts, relative to it; '': the worktree itself. */
	startsIn: string;
	/** Set for a delta packet: the successor knows everything up to and with this turn. */
	since: { sessionId: string; turn: number } | null;
	/** Those of `lineage` that are no ancestors of the present session, but went on in the successor's own conversation. */
	between?: readonly string[];
	/** UTF-8 bytes of the Markdown, at least `MIN_BUDGET_BYTES`. */
	budgetBytes: number;
	/** The successor's own defence against its prompt syntax (`AgentAdapter.inert`). */
	inert: (text: string) => string;
	/** Values of secret-named variables; those under 8 characters are ignored. */
	secrets: readonly string[];
	/** Records that are not what the relay wrote, in words, besides the `issues` of the turns. */
	recordIssues: readonly string[];
}

/** Below this the frame of a packet does not fit; smaller budgets are raised to it. */
export const MIN_BUDGET_BYTES = 4 * 1024;
