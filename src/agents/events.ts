/**
 * The normalized events that every agent's output becomes (names follow the Agent Client Protocol where it has one).
 * Parsers produce them, the recorder writes them to `NNN-events.jsonl`, the view draws them, the packet is built from them.
 * Text inside an event is untrusted: it is shown only through `core/text.ts`.
 */

export type ToolKind = 'read' | 'edit' | 'execute' | 'search' | 'fetch' | 'other';

export type PlanStatus = 'pending' | 'in_progress' | 'completed';

export interface PlanItem {
	text: string;
	status: PlanStatus;
	/** How later turns of the native session name the item, where that is not its place in the list (from 1 on). */
	id?: string;
}

/** null = the CLI did not report it. `input` never includes cached tokens; `output` is as the CLI reports it. */
export interface TokenCounts {
	input: number | null;
	output: number | null;
	cacheRead: number | null;
	cacheWrite: number | null;
	reasoning: number | null;
	/** `output` includes the reasoning, so it must not be added again. */
	reasoningInOutput?: true;
}

/** What the model wrote, reasoning counted once. */
export function writtenTokens({ output, reasoning, reasoningInOutput }: TokenCounts): number {
	return reasoningInOutput ? (output ?? reasoning ?? 0) : (output ?? 0) + (reasoning ?? 0);
}

export type LimitKind = 'window' | 'rate' | 'quota' | 'billing' | 'overloaded';

/** Where a limit was seen. Only channels that the CLI itself writes are allowed here, or its silence. */
export interface LimitSource {
	channel: 'event' | 'stderr' | 'exit' | 'result' | 'native' | 'silence';
	/** Stable name of the rule that matched, for instance `claude:rate_limit_event.rejected`. */
	rule: string;
	/** At most 500 characters of what was matched. */
	excerpt: string;
}

export interface Limit {
	kind: LimitKind;
	/** Epoch ms, or null when the CLI named none. */
	resetAt: number | null;
	/** The window's own name (`five_hour`, `primary`), if reported. */
	window: string | null;
	scope: 'account' | 'model' | null;
	source: LimitSource;
	confidence: 'exact' | 'derived' | 'estimated';
}

/** How much of a plan window is used, where an agent reports it. `ratio` 0..1 (may exceed 1). */
export interface Utilization {
	window: string;
	ratio: number;
	resetAt: number | null;
}

export type TurnOutcome = 'completed' | 'limited' | 'failed' | 'cancelled' | 'timed_out' | 'outcome_unknown';

export type StopReason =
	| 'end_turn'
	| 'max_tokens'
	| 'max_turns'
	| 'max_budget'
	| 'refusal'
	| 'limit'
	| 'cancelled'
	| 'timed_out'
	| 'background_stopped'
	| 'auth'
	| 'context_too_long'
	| 'model_not_found'
	| 'unknown_session'
	| 'session_in_use'
	| 'permission_rejected'
	| 'loop_detected'
	| 'empty_answer'
	| 'bad_usage'
	| 'bad_config'
	| 'bad_environment'
	| 'api_error'
	| 'crashed';

/** A task that runs in the background; `title`: one line for people, the command if it is reported. Untrusted text. */
export interface BackgroundTask {
	id: string;
	title: string;
}

export type EditKind = 'create' | 'edit' | 'delete' | 'move';

/** Lines that changed near one another, with lines around them. Line numbers count from 1; null: not reported. */
export interface EditHunk {
	oldStart: number | null;
	newStart: number | null;
	/** Each begins with a space, `-` or `+`, and has no line break. Untrusted. */
	lines: string[];
}

/** What a tool did to one file, as far as the CLI reports it; bounded by `agents/reading/file-edits.ts`. */
export interface FileEdit {
	/** As the agent named it. */
	path: string;
	/** The new path of a `move`. */
	movedTo?: string;
	kind: EditKind;
	/** Changed lines of the whole edit; null: not reported. */
	added: number | null;
	removed: number | null;
	/** Empty: the lines are not reported, or the file is binary. Cut at its end where it has fewer changed lines than counted. */
	hunks: EditHunk[];
}

export type AgentEvent =
	/**
	 * `lacksStory`: asked to resume, the CLI began a conversation that knows nothing of the earlier one. The relay stops such
	 * a turn at its next look: what it would do, it would do without the story. `mcpServers`: names of the MCP servers that
	 * the agent was given; absent if the CLI does not list them.
	 */
	| {
			type: 'session_started';
			nativeSessionId: string;
			model: string | null;
			lacksStory?: true;
			mcpServers?: string[];
	  }
	/** Part of the answer. Chunks with one `messageId` are concatenated without separator; a new id is a new paragraph. */
	| { type: 'agent_message_chunk'; messageId: string; text: string }
	| { type: 'agent_thought_chunk'; messageId: string; text: string }
	| {
			type: 'tool_call';
			id: string;
			name: string;
			kind: ToolKind;
			/** One line for people: the command, the path, the query. Untrusted text, at most 500 characters. */
			title: string;
			/** The shell command, whole, when `kind` is `execute` and the CLI reports it; else null. */
			command: string | null;
			/** Paths as the agent named them (usually absolute); empty when none. */
			paths: string[];
			/** Set where the call is not the main conversation's own. */
			speaker?: 'sub_agent';
			/** The CLI runs it only when the calls before it have ended. */
			queued?: true;
	  }
	| {
			type: 'tool_result';
			id: string;
			/** null: the CLI cannot say. */
			ok: boolean | null;
			/** True when the call was refused by permission, not tried and failed. */
			denied: boolean;
			exitCode: number | null;
			/** Head and tail of the output, cut by `excerptOutput` (agents/reading/excerpt.ts). */
			output: string;
			/** Bytes of the whole output. */
			outputBytes: number;
			/** What it did to files, where the CLI reports that. */
			edits?: FileEdit[];
	  }
	/** Replaces the plan known so far. */
	| { type: 'plan'; items: PlanItem[] }
	/** `turn`: counts of this turn so far (a later one replaces it). `cumulative`: of the whole native session. */
	| { type: 'usage'; scope: 'turn' | 'cumulative'; tokens: TokenCounts; costUsd: number | null }
	/** The agent met an error and says it will try again. `rate` and `overloaded` are subject to patience. */
	| {
			type: 'retry';
			reason: 'rate' | 'overloaded' | 'server' | 'network' | 'auth';
			attempt: number | null;
			maxAttempts: number | null;
			/** Announced wait until the next try, ms; null if not reported. */
			delayMs: number | null;
			source: LimitSource;
	  }
	/**
	 * A limit that is certain: the relay acts at once, and continues if the main conversation is answered after all. A
	 * sub-agent's limit, with the `model` that was refused, stops nothing: the agent itself continues.
	 */
	| { type: 'limit'; limit: Limit; speaker?: 'sub_agent'; model?: string }
	| { type: 'utilization'; windows: Utilization[] }
	| { type: 'error'; code: string | null; message: string }
	/** Replaces the list known so far; empty: nothing runs in the background any more. */
	| { type: 'background_tasks'; tasks: BackgroundTask[] }
	/** The agent has answered and waits for these tasks; it continues by itself when they have ended. The turn is not over. */
	| { type: 'interim_answer'; tasks: BackgroundTask[] }
	/** The CLI begins to shorten the conversation: what is not kept elsewhere is about to leave the agent's context. */
	| { type: 'compacting' }
	/** The agent continues by itself after an answer, either an interim one or one that was taken for the last. */
	| { type: 'continued' }
	/**
	 * The adapter's terminal event: the answer is final, and only housekeeping follows. After `continued` there is another,
	 * and at the end of the process one that corrects it if the exit code says otherwise; the last one counts.
	 */
	| { type: 'turn_ended'; outcome: TurnOutcome; stopReason: StopReason | null };

export const NO_TOKENS: TokenCounts = {
	input: null,
	output: null,
	cacheRead: null,
	cacheWrite: null,
	reasoning: null,
};

/** The kind of a tool by its exact name in a CLI's own table; a name that is not listed is `other`. */
export function toolKind(table: ReadonlyMap<string, ToolKind>, name: string): ToolKind {
	return table.get(name) ?? 'other';
}
