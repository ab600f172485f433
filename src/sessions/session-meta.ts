import * as v from 'valibot';
import { WANTED_ACTIONS } from '../agents/asking/question.ts';
import { accountSchema, day } from './turns/turn-state.ts';
import { undoStepSchema } from './undo/undo-step.ts';

const count = v.nullable(v.number());
const text = v.string();
const iso = v.string();

/** Any keys. A list would pass for an object with numbers as keys, and come back as one. */
const keyed = <const S extends v.GenericSchema>(value: S) =>
	v.pipe(
		v.custom<Record<string, unknown>>(
			(found) => typeof found === 'object' && found !== null && !Array.isArray(found),
			'not an object',
		),
		v.record(text, value),
	);

const CHECKPOINT_REASONS = [
	'limit',
	'switch',
	'handoff',
	'max_turns',
	'max_budget',
	'interrupted',
	'timed_out',
	'failed',
	'outcome_unknown',
	'fork',
	'adopted',
] as const;
export type CheckpointReason = (typeof CHECKPOINT_REASONS)[number];

/** A participant of a chat. */
const participantSchema = v.looseObject({
	/** `claude`, `claude-opus`, `claude-2`: unique in the chat, safe as part of a file name. */
	id: text,
	agent: text,
	model: v.nullable(text),
	/** In the user's words. */
	role: v.nullable(text),
	/** Why it no longer speaks; null while it is in the round. */
	left: v.nullable(
		v.picklist(['limit', 'auth', 'failed', 'timed_out', 'empty_answer', 'not_installed', 'refused']),
	),
});
export type ChatParticipant = v.InferOutput<typeof participantSchema>;
export type LeftReason = NonNullable<ChatParticipant['left']>;

const chatSchema = v.looseObject({
	participants: v.array(participantSchema),
	/** What must hold before anyone may say that it is done, in the user's words. */
	until: v.nullable(text),
	/** For one run of the chat. */
	max_turns: v.number(),
	permissions: v.picklist(['read-only', 'edit', 'full']),
	/** True once all agreed and until somebody speaks again. */
	agreed: v.boolean(),
});
export type ChatRecord = v.InferOutput<typeof chatSchema>;

const forkSchema = v.looseObject({
	session: text,
	turn: v.number(),
	/** Whether the files were brought to what that turn left. */
	files: v.boolean(),
});
export type ForkedFrom = v.InferOutput<typeof forkSchema>;

const adoptionSchema = v.looseObject({
	agent: text,
	/** null: the agent cannot resume it from here. */
	native_session_id: v.nullable(text),
	/** The agent's own id of it, also where nobody can resume it. */
	conversation: v.optional(text),
	/** The transcript, absolute. */
	path: text,
});
export type AdoptedFrom = v.InferOutput<typeof adoptionSchema>;

/** `meta.json`: one session. Keys as on disk; unknown keys survive a rewrite. */
export const sessionMetaSchema = v.looseObject({
	schema_version: v.number(),
	id: text,
	kind: v.picklist(['shell', 'run', 'chat', 'race']),
	/** As last written; readers compute the true one with `sessionStatus`. */
	status: v.picklist(['active', 'checkpointed', 'completed']),
	/** The first prompt of the lineage, verbatim; null before the first turn. */
	objective: v.nullable(text),
	title: v.nullable(text),
	/** The beginning of what the user said last, on one line. Absent before that, and in records of older relays. */
	last_prompt: v.optional(text),
	name: v.nullable(text),
	/** The user's, in the order in which they were given. Absent: none. */
	tags: v.optional(v.array(text)),
	/** Set while the session is kept out of lists, and is not resumed. */
	archived_at: v.optional(v.nullable(iso)),
	workstream: v.nullable(text),
	repo: v.looseObject({
		root: text,
		worktree: text,
		/** Where its agents start: a folder of the worktree, relative to it. Absent: the worktree itself. */
		folder: v.optional(text),
		branch: v.nullable(text),
		head: v.nullable(text),
		/** Earlier paths of the same worktree. */
		moved_from: v.optional(v.array(text)),
	}),
	active_agent: v.nullable(text),
	/** Keyed by agent, in a chat by participant. */
	agents: keyed(
		v.looseObject({
			native_session_id: v.nullable(text),
			model: v.nullable(text),
			/** The model that the user named for it, used again on later turns; null: none. */
			model_asked: v.optional(v.nullable(text)),
			/** Its last turn's, as in the turn's state. */
			account: v.optional(accountSchema),
			allow_commands: v.optional(v.array(text)),
			mcp_servers: v.optional(v.nullable(v.array(text))),
			permissions: v.picklist(['read-only', 'edit', 'full']),
			turns: v.number(),
			/** Number of this agent's last turn in this session, 0 when it worked only in the parent. */
			last_turn: v.number(),
		}),
	),
	parent: v.nullable(text),
	/** Set for a line of work of its own that begins after turn `turn` of another session. */
	forked_from: v.optional(forkSchema),
	/** Set for a session that was made from an agent's own transcript. */
	adopted_from: v.optional(adoptionSchema),
	/** `SESSION/TURN` of the relay turn that started this relay, when nested. */
	parent_turn: v.nullable(text),
	created_at: iso,
	updated_at: iso,
	ended_at: v.nullable(iso),
	turn_count: v.number(),
	checkpoint: v.nullable(
		v.looseObject({
			reason: v.picklist(CHECKPOINT_REASONS),
			at: iso,
			/** Relative to the session directory; null when the session had nothing to pack. */
			packet: v.nullable(text),
			next_agent: v.nullable(text),
			/** The model that the user named with that agent. Absent: none. */
			next_model: v.optional(v.nullable(text)),
			reset_at: v.nullable(iso),
			/** The prompt that still waits for an answer, as `turns/NNN-prompt.md` of the user's own words; null when none. */
			pending_prompt: v.nullable(text),
		}),
	),
	/** The user's own notes, those of agents, and results of `!cmd`, oldest first. */
	notes: v.array(
		v.looseObject({
			at: iso,
			kind: v.picklist(['note', 'shell']),
			text,
			after_turn: v.number(),
			exit_code: v.optional(count),
			/** Absent: the user. */
			by: v.optional(v.literal('agent')),
		}),
	),
	/** What the user lets agents do in this session beyond the preset. It counts where the witness knows it too. Absent: nothing. */
	allowed: v.optional(v.array(v.looseObject({ action: v.picklist(WANTED_ACTIONS), what: text }))),
	/**
	 * Settings that the user gave for this session, `--config`; given again when it is resumed, as the witness has them. Absent: none.
	 * `at` makes each giving its own.
	 */
	config: v.optional(
		v.looseObject({ at: iso, settings: v.array(v.looseObject({ key: text, value: v.unknown() })) }),
	),
	/** What the user took back of turns, and what of that again, oldest first. Absent: nothing. */
	undos: v.optional(v.array(undoStepSchema)),
	usage: v.looseObject({
		input_tokens: v.number(),
		output_tokens: v.number(),
		cache_read_tokens: v.number(),
		cache_write_tokens: v.number(),
		reasoning_tokens: v.number(),
		cost_usd: v.number(),
		cost_source: v.picklist(['reported', 'estimated', 'mixed', 'none']),
		/** The date of the oldest price list behind the estimated part. */
		prices_as_of: v.optional(day),
		by_agent: keyed(
			v.looseObject({
				turns: v.number(),
				input_tokens: v.number(),
				output_tokens: v.number(),
				cost_usd: v.number(),
			}),
		),
	}),
	error: v.nullable(v.looseObject({ code: text, message: text })),
	/** Set for a chat. */
	chat: v.optional(chatSchema),
	relay_version: text,
});

export type SessionMeta = v.InferOutput<typeof sessionMetaSchema>;
export type SessionNote = SessionMeta['notes'][number];

export const SESSION_META_VERSION = 1;

export const isArchived = ({ archived_at }: Pick<SessionMeta, 'archived_at'>): boolean =>
	(archived_at ?? null) !== null;

/**
 * The id that names the work, now and later: a session that continues a finished one is removed again when nothing is sent in it, and
 * then the finished one is what is left.
 */
export const lastingId = ({ id, parent, turn_count, checkpoint }: SessionMeta): string =>
	turn_count === 0 && checkpoint === null ? (parent ?? id) : id;
