import * as v from 'valibot';

const count = v.nullable(v.number());
const text = v.string();
const iso = v.string();
/** `2025-11-30`. */
export const day = v.pipe(v.string(), v.regex(/^\d{4}-\d\d-\d\d$/));

export const limitSchema = v.looseObject({
	kind: v.picklist(['window', 'rate', 'quota', 'billing', 'overloaded']),
	reset_at: v.nullable(iso),
	window: v.nullable(text),
	scope: v.nullable(v.picklist(['account', 'model'])),
	source: v.looseObject({
		channel: v.picklist(['event', 'stderr', 'exit', 'result', 'native', 'silence']),
		rule: text,
		excerpt: text,
	}),
	confidence: v.picklist(['exact', 'derived', 'estimated']),
});

export const tokensSchema = v.looseObject({
	input: count,
	output: count,
	cache_read: count,
	cache_write: count,
	reasoning: count,
	/** `output` counts the reasoning too. */
	reasoning_in_output: v.optional(v.boolean()),
});

/** The login that an agent worked under: `profile` of the configuration (null: none), and a hash of the login, never its value. */
export const accountSchema = v.looseObject({ profile: v.nullable(text), hash: text });

/** `NNN-state.json`: what happened in one turn, as data. Keys as on disk; unknown keys survive a rewrite. */
export const turnStateSchema = v.looseObject({
	schema_version: v.number(),
	session_id: text,
	turn: v.number(),
	agent: text,
	agent_version: v.nullable(text),
	model: v.nullable(text),
	/** The model that the user named for this agent; null: none. Absent in records of older relays. */
	model_asked: v.optional(v.nullable(text)),
	account: v.optional(accountSchema),
	/** Commands that the preset `edit` let it run. */
	allow_commands: v.optional(v.array(text)),
	/** Names of the MCP servers it was given; null: not reported. */
	mcp_servers: v.optional(v.nullable(v.array(text))),
	native_session_id: v.nullable(text),
	status: v.picklist([
		'running',
		'completed',
		'limited',
		'failed',
		'cancelled',
		'timed_out',
		'outcome_unknown',
	]),
	stop_reason: v.nullable(text),
	trigger: v.picklist(['user', 'switch', 'failover', 'chat', 'race']),
	started_at: iso,
	/** When the turn was taken over from an agent's own transcript. Absent: the relay ran it. */
	adopted_at: v.optional(iso),
	ended_at: v.nullable(iso),
	duration_ms: count,
	first_output_ms: count,
	exit_code: count,
	signal: v.nullable(text),
	pid: count,
	/** Opaque process start stamp of the wrapper; pid + stamp is its identity. */
	pid_start: v.nullable(text),
	/** Where these processes ran; absent in records of older relays. */
	process_place: v.optional(
		v.looseObject({ host: text, boot_id: v.nullable(text), pid_namespace: v.nullable(text) }),
	),
	/** Descendants sampled while tools ran, for the next start to end. */
	strays: v.array(v.looseObject({ pid: v.number(), start: text, command: text })),
	argv: v.array(text),
	executable: text,
	permissions: v.picklist(['read-only', 'edit', 'full']),
	resumed: v.boolean(),
	/** Relative to the session directory. */
	packet: v.nullable(text),
	tokens: tokensSchema,
	/** Thread totals of the native session after this turn, if the CLI reports totals; `cost_usd` if it adds that up. */
	cumulative_tokens: v.nullable(tokensSchema),
	cost_usd: count,
	cost_source: v.picklist(['reported', 'estimated', 'none']),
	/** The day of the price list behind an estimate. */
	prices_as_of: v.optional(day),
	tools: v.array(
		v.looseObject({
			id: text,
			name: text,
			kind: v.picklist(['read', 'edit', 'execute', 'search', 'fetch', 'other']),
			title: text,
			command: v.nullable(text),
			status: v.picklist(['running', 'ok', 'error', 'denied', 'unknown']),
			exit_code: count,
			duration_ms: count,
			paths: v.array(text),
		}),
	),
	files: v.array(
		v.looseObject({
			path: text,
			change: v.picklist(['added', 'modified', 'deleted', 'renamed', 'mode']),
			/** Old path of a rename. */
			from: v.optional(text),
			added: count,
			removed: count,
			source: v.picklist(['git', 'tool']),
		}),
	),
	validation: v.array(
		v.looseObject({
			kind: v.picklist(['test', 'lint', 'typecheck', 'build']),
			command: text,
			status: v.picklist(['passed', 'failed', 'unknown']),
			exit_code: count,
		}),
	),
	/** The plan of the native session after the turn. `id`: the CLI's name for an item that its position does not identify. */
	plan: v.array(
		v.looseObject({
			text,
			status: v.picklist(['pending', 'in_progress', 'completed']),
			id: v.exactOptional(text),
		}),
	),
	/** Whether this turn reported the plan; false: it is an earlier turn's. Absent in records older than this key. */
	plan_told: v.optional(v.boolean()),
	limit: v.nullable(limitSchema),
	/** Limits of sub-agents' models, which did not stop the turn. */
	refused_models: v.optional(v.array(v.looseObject({ model: text, limit: limitSchema }))),
	error: v.nullable(v.looseObject({ code: text, message: text })),
	/** Tree ids in the relay's own snapshot store; null without git. */
	tree: v.looseObject({
		before: v.nullable(text),
		after: v.nullable(text),
		/** Paths that are in neither: other repos, large and unreadable files. Absent: none, or a record of an older relay. */
		skipped: v.optional(v.array(text)),
	}),
	/** Sizes of what was recorded, bytes, and what was lost to interference, in words. */
	bytes: v.looseObject({ raw: v.number(), output: v.number(), stderr: v.number() }),
	/** SHA-256 of the prompt file, so that a packet can detect an edited record. */
	/** Where the user's own words are: a byte range of the named turn's prompt file (a packet surrounds them). */
	user_prompt: v.nullable(v.looseObject({ turn: v.number(), start: v.number(), end: v.number() })),
	/** SHA-256 (hex) of files as the relay wrote them, so that a packet can detect an edited record. */
	hashes: v.looseObject({ prompt: v.nullable(text), events: v.nullable(text), output: v.nullable(text) }),
	utilization: v.array(v.looseObject({ window: text, ratio: v.number(), reset_at: v.nullable(iso) })),
	warnings: v.array(text),
	/** Whether the model produced anything; false: nothing shows that the prompt reached it. */
	heard: v.optional(v.boolean()),
	/** Why the native session must not be resumed after this turn, as the end of the sentence "its conversation …". */
	unresumable: v.optional(text),
	/** The chat participant that had the turn; the agent if absent. It distinguishes conversations of one CLI. */
	participant: v.optional(text),
	/** What the message of a chat's turn ends with; null: neither. */
	verdict: v.optional(v.nullable(v.picklist(['done', 'continue']))),
	/** Where the agent worked; if absent, as the session's meta says. Absolute. */
	worktree: v.optional(text),
	/** The folder of the worktree in which the agent was started, relative to it. Absent: the worktree itself. */
	folder: v.optional(text),
	/** In a pair: turns of other sessions that went with the prompt. Absent: none. */
	told_of: v.optional(v.array(v.looseObject({ session_id: text, turn: v.number() }))),
	/** Pictures that went with the prompt: absolute paths, and what they were. Absent: none. */
	pictures: v.optional(v.array(v.looseObject({ path: text, bytes: v.number(), sha256: text }))),
	/** How many of the session's notes the agent has been given, this turn's prompt included. */
	notes_heard: v.optional(v.number()),
});

export type TurnState = v.InferOutput<typeof turnStateSchema>;

/** Whose conversation a turn belongs to, as `agents` of `meta.json` names it. */
export function participantOf({ participant, agent }: Pick<TurnState, 'participant' | 'agent'>): string {
	return participant ?? agent;
}

export const TURN_STATE_VERSION = 1;
