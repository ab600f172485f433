/**
 * Every change of a session's record (`meta.json`) has its name here: a pure function of the record and the facts of the change,
 * passed to `OpenSession.apply`. Times are epoch ms. Keys that a transition does not name are kept, unknown ones too.
 */
import { isDeepStrictEqual } from 'node:util';
import type { AllowRule } from '../agents/asking/allow-rules.ts';
import type { KeptSetting } from '../config/given-settings.ts';
import { toIso, toIsoOrNull } from '../core/clock.ts';
import { safeLine } from '../core/text.ts';
import {
	type AdoptedFrom,
	type ChatRecord,
	type CheckpointReason,
	isArchived,
	type LeftReason,
	type SessionMeta,
	type SessionNote,
} from './session-meta.ts';
import { sumUsage } from './turns/sum-usage.ts';
import { participantOf, type TurnState } from './turns/turn-state.ts';
import type { UndoStep } from './undo/undo-step.ts';

export type Transition<Facts> = (meta: SessionMeta, facts: Facts) => SessionMeta;

/** The session is open for work. `newestTurn`: the highest number that a turn on disk has. */
export const reopen: Transition<{ newestTurn: number }> = (meta, { newestTurn }) =>
	meta.status === 'active' && meta.ended_at === null && newestTurn <= meta.turn_count
		? meta
		: { ...meta, status: 'active', ended_at: null, turn_count: Math.max(meta.turn_count, newestTurn) };

/** The session is no longer open. `reason`: why it was left, for a record that does not say so yet; null: its work is done. */
export const close: Transition<{
	status: SessionMeta['status'];
	reason: CheckpointReason | null;
	at: number;
}> = (meta, { status, reason, at }) => {
	const ended_at = toIso(at);
	const isKnown = reason === null || meta.checkpoint?.reason === reason;
	const left = isKnown ? meta.checkpoint : { ...NOTHING_PACKED, reason, at: ended_at };
	return { ...meta, status, checkpoint: status === 'completed' ? null : left, ended_at };
};

/** The session has been told of this workstream; null: of none. */
export const tellWorkstream: Transition<{ name: string | null }> = (meta, { name }) =>
	meta.workstream === name ? meta : { ...meta, workstream: name };

const NOTHING_PACKED = { packet: null, next_agent: null, reset_at: null, pending_prompt: null };

export interface CheckpointFacts {
	reason: CheckpointReason;
	at: number;
	/** Relative to the session's folder; null if there was nothing to pack. */
	packet: string | null;
	nextAgent?: string | null;
	nextModel?: string | null;
	resetAt?: number | null;
	/** Words that no turn has taken yet. */
	pendingPrompt?: string | null;
}

/** The work waits, for `reason`, with what the next agent will get. */
export const checkpoint: Transition<CheckpointFacts> = (meta, facts) => {
	const { reason, at, packet, nextAgent = null, nextModel = null } = facts;
	const { resetAt = null, pendingPrompt = null } = facts;
	const reset_at = toIsoOrNull(resetAt);
	const made = { reason, at: toIso(at), packet, next_agent: nextAgent, reset_at };
	const model = nextModel === null ? {} : { next_model: nextModel };
	return { ...meta, checkpoint: { ...made, ...model, pending_prompt: pendingPrompt } };
};

/** Keeps words that no turn has taken yet in the checkpoint; `reason` and `at` make one if there is none. */
export const keepPrompt: Transition<{
	text: string;
	nextAgent: string | null;
	reason: CheckpointReason;
	at: number;
}> = (meta, { text, nextAgent, reason, at }) => {
	const begun = meta.checkpoint ?? { ...NOTHING_PACKED, reason, at: toIso(at) };
	const next_agent = nextAgent ?? begun.next_agent;
	return { ...meta, checkpoint: { ...begun, next_agent, pending_prompt: text } };
};

/** A session is made from a transcript: with its turns, its title and the conversation they were in. */
export const adoptTurns: Transition<{
	states: readonly TurnState[];
	adoptedFrom: AdoptedFrom;
	title: string | null;
	objective: string | null;
	repo: SessionMeta['repo'];
}> = (meta, { states, adoptedFrom, title, objective, repo }) => {
	const begun = moveTo({ ...meta, adopted_from: adoptedFrom, title, objective }, repo);
	return states.reduce((so, state) => endTurn(so, { state, earlier: states }), begun);
};

/** A fork begins with the settings of those who worked before it; their conversations stay with the other session. */
export const takeOverAgents: Transition<{ agents: SessionMeta['agents'] }> = (meta, { agents }) => {
	const own = Object.entries(agents).map(
		([who, known]) => [who, { ...known, native_session_id: null, turns: 0, last_turn: 0 }] as const,
	);
	return { ...meta, agents: Object.fromEntries(own) };
};

/** Nothing is pending any more. */
export const settle: Transition<undefined> = (meta) =>
	meta.checkpoint === null ? meta : { ...meta, checkpoint: null };

export const addNotes: Transition<{ notes: readonly SessionNote[] }> = (meta, { notes }) => ({
	...meta,
	notes: [...meta.notes, ...notes],
});

/** The user lets agents do more in this session. */
export const allow: Transition<{ rules: readonly AllowRule[] }> = (meta, { rules }) => {
	const allowed = [...(meta.allowed ?? [])];
	for (const { action, what } of rules)
		if (!allowed.some((known) => known.action === action && known.what === what))
			allowed.push({ action, what });
	return allowed.length === (meta.allowed?.length ?? 0) ? meta : { ...meta, allowed };
};

/** The user takes back what agents could do in this session. */
export const disallow: Transition<{ what: string }> = (meta, { what }) => {
	const left = (meta.allowed ?? []).filter((rule) => rule.what !== what);
	return left.length === (meta.allowed?.length ?? 0) ? meta : { ...meta, allowed: left };
};

/** The user gave settings for this session, which keeps these from now on. */
export const keepSettings: Transition<{ settings: readonly KeptSetting[]; at: number }> = (
	meta,
	{ settings, at },
) => {
	if (isDeepStrictEqual(meta.config?.settings ?? [], [...settings])) return meta;
	return { ...meta, config: { at: toIso(at), settings: settings.map(({ key, value }) => ({ key, value })) } };
};

/** The user took back turns, or what was taken back. */
export const recordUndo: Transition<{ step: UndoStep }> = (meta, { step }) => ({
	...meta,
	undos: [...(meta.undos ?? []), step],
});

/** The user's words to everyone in a chat: a note, so that no participant gets them twice. */
export const sayToAll: Transition<{ text: string; at: number }> = (meta, { text, at }) =>
	addNotes(meta, { notes: [{ at: toIso(at), kind: 'note', text, after_turn: meta.turn_count }] });

/** A chat continues in this place, by these rules, with what the user says to everyone first (null: nothing). */
export const reopenChat: Transition<{
	repo: SessionMeta['repo'];
	chat: ChatRecord;
	words: string | null;
	at: number;
}> = (meta, { repo, chat, words, at }) => {
	const moved = moveTo({ ...meta, chat }, repo);
	return words === null ? moved : sayToAll(moved, { text: words, at });
};

/** A participant leaves the chat. */
export const leaveChat: Transition<{ participant: string; reason: LeftReason }> = (
	meta,
	{ participant, reason },
) => {
	if (meta.chat === undefined) return meta;
	const participants = meta.chat.participants.map((one) =>
		one.id === participant ? { ...one, left: reason } : one,
	);
	return { ...meta, chat: { ...meta.chat, participants } };
};

/** Everyone in a chat agreed. */
export const agree: Transition<undefined> = (meta) =>
	meta.chat === undefined
		? meta
		: { ...meta, checkpoint: null, error: null, chat: { ...meta.chat, agreed: true } };

/** The session continues in another folder, or in the same one of a worktree that was moved. */
export const moveTo: Transition<SessionMeta['repo']> = (meta, repo) =>
	repo === meta.repo ? meta : { ...meta, repo };

export const rename: Transition<{ title: string }> = (meta, { title }) =>
	meta.title === title ? meta : { ...meta, title };

/** Each tag is there once, in the order in which it was first given. */
export const tag: Transition<{ add?: readonly string[]; remove?: readonly string[] }> = (
	meta,
	{ add = [], remove = [] },
) => {
	const before = meta.tags ?? [];
	const tags = [...new Set([...before, ...add])].filter((one) => !remove.includes(one));
	const isSame = tags.length === before.length && tags.every((one, at) => one === before[at]);
	return isSame ? meta : { ...meta, tags };
};

/** Kept out of lists, and not resumed, from `at` on. */
export const archive: Transition<{ at: number }> = (meta, { at }) =>
	isArchived(meta) ? meta : { ...meta, archived_at: toIso(at) };

export const unarchive: Transition<undefined> = (meta) =>
	isArchived(meta) ? { ...meta, archived_at: null } : meta;

/** A line of a list. */
const LAST_PROMPT_CHARS = 200;

/** A turn begins: it is the session's newest, with its agent active. `words`: the user's, if they came with this turn. */
export const beginTurn: Transition<{ state: TurnState; words: string | null }> = (meta, { state, words }) => {
	const who = participantOf(state);
	const known = meta.agents[who];
	return {
		...meta,
		status: 'active',
		objective: meta.objective ?? words,
		...(words === null ? {} : { last_prompt: safeLine(words, LAST_PROMPT_CHARS) }),
		active_agent: state.agent,
		agents: {
			...meta.agents,
			[who]: {
				...known,
				native_session_id: known?.native_session_id ?? null,
				model: state.model ?? known?.model ?? null,
				...grantedTo(state, known),
				permissions: state.permissions,
				turns: known?.turns ?? 0,
				last_turn: state.turn,
			},
		},
		turn_count: Math.max(meta.turn_count, state.turn),
		// The prompt belongs to the turn from here on.
		checkpoint: meta.checkpoint && { ...meta.checkpoint, pending_prompt: null },
		ended_at: null,
		error: null,
	};
};

/** What the agent works under. It reports MCP servers once it has begun: until then those of its previous turn are kept. */
function grantedTo(
	{ model_asked, account, allow_commands, mcp_servers }: TurnState,
	known: SessionMeta['agents'][string] | undefined,
) {
	const servers = mcp_servers ?? known?.mcp_servers ?? mcp_servers;
	return {
		...(model_asked === undefined ? {} : { model_asked }),
		...(account === undefined ? {} : { account }),
		...(allow_commands === undefined ? {} : { allow_commands }),
		...(servers === undefined ? {} : { mcp_servers: servers }),
	};
}

/**
 * A turn has ended: its native session, its usage added once. Usage is recomputed from the states of all turns (`earlier` may hold
 * this one too), so a turn that recovery judges again is never counted twice.
 */
export const endTurn: Transition<{ state: TurnState; earlier: readonly TurnState[] }> = (
	meta,
	{ state, earlier },
) => {
	const begun = beginTurn(meta, { state, words: null });
	const states = [...earlier.filter(({ turn }) => turn !== state.turn), state];
	const who = participantOf(state);
	const own = begun.agents[who];
	return {
		...begun,
		agents: {
			...begun.agents,
			[who]: {
				...own,
				native_session_id: nativeSessionAfter(state, own?.native_session_id ?? null),
				model: own?.model ?? null,
				permissions: state.permissions,
				turns: states.filter((turn) => participantOf(turn) === who).length,
				last_turn: state.turn,
			},
		},
		usage: sumUsage(states),
		error:
			state.status === 'failed' || state.status === 'outcome_unknown'
				? (state.error ?? { code: state.status, message: state.stop_reason ?? state.status })
				: null,
	};
};

/**
 * Whether `meta` knows less than the states of the turns: a relay that died between writing the last state and the record left the
 * turn's usage and native session out of it.
 */
export function lacksEnd(meta: SessionMeta, turns: readonly TurnState[]): boolean {
	const newest = turns.at(-1);
	if (newest === undefined || newest.status === 'running') return false;
	const who = participantOf(newest);
	const ended = turns.filter((turn) => participantOf(turn) === who && turn.status !== 'running');
	return (meta.agents[who]?.turns ?? 0) < ended.length;
}

/** null for a conversation that the CLI no longer has, or that has become useless: it is not resumed again. */
function nativeSessionAfter(state: TurnState, known: string | null): string | null {
	const isOver = state.unresumable !== undefined || OVER.has(state.stop_reason);
	return isOver ? null : (state.native_session_id ?? known);
}

const OVER: ReadonlySet<string | null> = new Set(['unknown_session', 'context_too_long']);
