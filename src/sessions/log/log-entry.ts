/**
 * `log.jsonl` of a session: what the relay did and why, as it happened, one object a line with `ts` (ISO-8601), `seq` and
 * `type`. It explains but decides nothing: state and record of a session are read from their own files.
 */
import * as v from 'valibot';
import { fromIso } from '../../core/clock.ts';
import { limitSchema } from '../turns/turn-state.ts';

const text = v.string();
const count = v.number();
const textOrNull = v.nullable(text);
const countOrNull = v.nullable(count);
const limit = v.nullable(limitSchema);

/** Who was considered for a prompt, and why each was taken or not. */
const candidates = v.array(
	v.looseObject({
		agent: text,
		model: textOrNull,
		verdict: text,
		reason: text,
		/** The reason in parts; absent where it is one piece. */
		brief: v.optional(v.looseObject({ what: text, advice: textOrNull, is_own_guess: v.boolean() })),
		reset_at: textOrNull,
	}),
);

/** `left_out`: what had no room in the packet, in words. */
const carried = v.object({
	prompts: count,
	notes: count,
	plan: v.nullable(v.object({ done: count, total: count })),
	files: count,
	bytes: count,
	left_out: v.array(text),
});

const entry = <const Type extends string, const Facts extends v.ObjectEntries>(type: Type, facts: Facts) =>
	v.object({ type: v.literal(type), ...facts });

/** What each type says. Keys as on disk, and as `run --json` prints them if it prints the same event. */
const eventSchema = v.variant('type', [
	entry('session_opened', { is_new: v.boolean() }),
	/** Another process, or another start, resumes the session. `found`: what it found, in lines for people. */
	entry('session_reopened', { found: v.array(text) }),
	/** What a relay left unfinished was repaired. */
	entry('session_repaired', { found: v.array(text) }),
	entry('session_moved', { worktree: text, folder: textOrNull }),
	entry('session_closed', { status: text, reason: textOrNull }),
	/** The prompt goes to another agent than the first choice. */
	entry('agent_chosen', { agent: text, model: textOrNull, why: text, candidates }),
	/** The user named another agent than the one that worked. */
	entry('agent_switched', {
		from: text,
		to: text,
		model: textOrNull,
		packet: textOrNull,
		losses: v.array(text),
	}),
	entry('turn_started', {
		turn: count,
		agent: text,
		model: textOrNull,
		permissions: text,
		trigger: text,
		resumed: v.boolean(),
		packet: textOrNull,
		participant: v.optional(text),
	}),
	entry('turn_idle', { turn: count, idle_ms: count }),
	entry('terminal_asked', { turn: count, agent: text, text, refused_in_ms: countOrNull }),
	entry('terminal_settled', { turn: count }),
	entry('question_asked', {
		turn: count,
		agent: text,
		question: v.looseObject({
			id: text,
			kind: text,
			title: text,
			detail: text,
			options: v.array(v.looseObject({ id: text, label: text })),
			/** Absent where it is not known what a permission is for. */
			wants: v.optional(v.looseObject({ action: text, what: text, folder: textOrNull, reason: textOrNull })),
		}),
		denied_in_ms: count,
	}),
	/** `answer` null: denied, or no longer wanted; `by` says which. */
	entry('question_answered', {
		turn: count,
		id: text,
		answer: v.nullable(v.looseObject({ option: textOrNull, text: textOrNull })),
		by: text,
	}),
	entry('turn_finished', {
		turn: count,
		agent: text,
		status: text,
		stop_reason: textOrNull,
		duration_ms: countOrNull,
		limit,
		error: v.nullable(v.looseObject({ code: text, message: text })),
	}),
	entry('handed_over', {
		from: text,
		to: text,
		reason: text,
		/** Why a successor could not begin. */
		failure: textOrNull,
		limit,
		packet: textOrNull,
		/** What is in the packet; absent in records of earlier versions. */
		carried: v.optional(carried),
		candidates,
		losses: v.array(text),
	}),
	entry('nobody_left', {
		from: v.optional(textOrNull),
		limit,
		failure: textOrNull,
		earliest_reset: textOrNull,
		candidates,
		packet: textOrNull,
		is_waiting: v.boolean(),
	}),
	entry('waiting', { agent: text, until: text }),
	/** `is_due`: the wait ran to its end; otherwise it was cancelled. */
	entry('wait_ended', { agent: text, is_due: v.boolean() }),
	/** How a prompt ended after all its hand-overs. */
	entry('prompt_finished', { outcome: text, turn: countOrNull, earliest_reset: textOrNull }),
	/** `pending`: there are words that no turn has taken yet. */
	entry('checkpointed', {
		reason: text,
		packet: textOrNull,
		next_agent: textOrNull,
		reset_at: textOrNull,
		pending: v.boolean(),
	}),
	/** Nothing is pending any more. */
	entry('settled', {}),
	/** The words themselves are in `notes` of the record. */
	entry('noted', { kind: text, exit_code: v.optional(countOrNull) }),
	entry('renamed', { title: textOrNull }),
	entry('tagged', { added: v.array(text), removed: v.array(text) }),
	/** Kept out of lists, and not resumed. */
	entry('archived', {}),
	entry('unarchived', {}),
	/** The user took back turns, or (`redo`) what was taken back. `left`: conflicts; `kept`: where copies of them are. */
	entry('undone', {
		kind: text,
		step: count,
		turns: v.array(v.looseObject({ session_id: text, turn: count })),
		files: count,
		paths: v.array(v.looseObject({ path: text, change: text })),
		left: v.array(text),
		kept: textOrNull,
	}),
	/** The session begins after that turn of another one. `files`: they were brought to what it left. */
	entry('forked', { session: text, turn: count, files: v.boolean() }),
	/** The session was made from an agent's own transcript. */
	entry('adopted', { agent: text, native_session_id: textOrNull, path: text, turns: count }),
	entry('utilization_warning', {
		agent: text,
		window: text,
		ratio: count,
		reset_at: textOrNull,
		/** Who takes over then; absent in older records and in chats. */
		next: v.optional(textOrNull),
	}),
	entry('participant_left', { participant: text, agent: text, reason: text, text, until: textOrNull }),
	entry('chat_agreed', {}),
	entry('chat_finished', { outcome: text, turns: count, packet: textOrNull, earliest_reset: textOrNull }),
	entry('race_started', { entrants: v.array(v.looseObject({ id: text, agent: text, model: textOrNull })) }),
	entry('entrant', { entrant: text, state: text, outcome: textOrNull, reason: textOrNull }),
	entry('race_ended', { winner: textOrNull, verdict: textOrNull, ranking: v.array(text) }),
	entry('race_adopted', { entrant: text, commit: textOrNull, branch: textOrNull }),
	entry('race_cleaned', {}),
	entry('notice', { level: text, text }),
]);

/** What happened, without the time and the number that the log gives it. */
export type LogEvent = v.InferOutput<typeof eventSchema>;

export interface LogEntry {
	/** Epoch ms. */
	ts: number;
	/** Rises with every entry of the session, across all its processes. */
	seq: number;
	/** null: a type that this version does not know, or one that says something else here. */
	event: LogEvent | null;
	/** The line as it is in the file, for callers that read it as data. */
	raw: Readonly<Record<string, unknown>>;
}

const headSchema = v.looseObject({
	ts: text,
	seq: v.pipe(count, v.safeInteger(), v.minValue(0)),
	type: text,
});

/** null for a torn line, and for one that is not an entry. */
export function parseLogLine(line: string): LogEntry | null {
	const head = v.safeParse(headSchema, parseJson(line));
	if (!head.success) return null;
	const ts = fromIso(head.output.ts);
	if (ts === null) return null;
	const event = v.safeParse(eventSchema, head.output);
	return { ts, seq: head.output.seq, event: event.success ? event.output : null, raw: head.output };
}

function parseJson(line: string): unknown {
	try {
		return JSON.parse(line);
	} catch {
		return null;
	}
}
