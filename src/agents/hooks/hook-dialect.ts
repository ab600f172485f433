/**
 * How each CLI calls a program of its user's at fixed points of its own work (its hooks): which of its events the relay hears, what
 * their input says, and how words reach the model. Pure. Not here: where a CLI keeps its hooks, and what the relay does at one.
 */
import type { Limit } from '../events.ts';
import type { JsonObject } from '../reading/json-fields.ts';

export const HOOK_AGENTS = ['claude', 'codex', 'gemini', 'opencode', 'copilot'] as const;
export type HookAgent = (typeof HOOK_AGENTS)[number];

/**
 * `start`: a conversation begins, is resumed, or goes on after its context was compacted. `tool`: a tool has ended. `compact`: the
 * context is about to be compacted. `failed`: a request was refused. `end`: the conversation ends.
 */
export const HOOK_EVENTS = ['start', 'tool', 'compact', 'failed', 'end'] as const;
export type HookEvent = (typeof HOOK_EVENTS)[number];

/** One of a CLI's own events that calls the relay. */
export interface HookedEvent {
	/** As the CLI names it. */
	name: string;
	event: HookEvent;
	/** Narrows the event in the CLI's own syntax; absent: every one. */
	matcher?: string;
}

/** What a call says. All of it comes from the CLI, some of it from its model. */
export interface HookInput {
	/** The CLI's own id of the conversation. */
	session: string;
	/** Absolute; null: not reported. */
	cwd: string | null;
	/** Where the CLI keeps the conversation, as `handoff` takes it; null: not known. */
	transcript: string | null;
	/** A sub-agent's call. */
	isSide: boolean;
	/** `start` after a compaction. */
	isCompacted: boolean;
}

interface HookPlace {
	env: Readonly<Record<string, string>>;
	/** Absolute. */
	home: string;
}

export interface HookDialect {
	readonly events: readonly HookedEvent[];
	/** null: nothing that the relay knows. */
	read(input: JsonObject, place: HookPlace): HookInput | null;
	/** What to print so that the model gets `text`; null: this CLI takes no words at that event. */
	say(event: HookEvent, input: JsonObject, text: string): string | null;
	/** The limit that a call of `failed` reports. `now`: epoch ms. What tells limits is loaded then: most hooks never meet one. */
	limitOf?(input: JsonObject, now: number): Promise<Limit | null>;
	/** The limit at which the conversation stopped, by the end of its record; asked at `end`. */
	limitIn?(tail: string, now: number): Promise<Limit | null>;
}
