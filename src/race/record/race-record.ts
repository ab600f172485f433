import * as v from 'valibot';
import type { PermissionPreset } from '../../agents/agent-adapter.ts';
import { day } from '../../sessions/turns/turn-state.ts';

const text = v.string();
const count = v.nullable(v.number());
const iso = v.string();
/** Goes to git as an argument: nothing else may stand there, whoever wrote the record. */
const objectId = v.pipe(v.string(), v.regex(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/, 'no object id'));

/** One command that was run in an entrant's worktree. */
const commandSchema = v.looseObject({
	command: text,
	status: v.picklist(['passed', 'failed', 'timed_out', 'stopped', 'not_run']),
	exit_code: count,
	duration_ms: count,
	/** From the output of a known test runner; null where it gives no number. */
	failing_tests: count,
	/** Relative to the race's session folder; null when it did not run. */
	output: v.nullable(text),
});

const entrantSchema = v.looseObject({
	/** `claude`, `claude-opus`: unique in the race, safe as a folder and ref name, and as a word of a printed command. */
	id: v.pipe(text, v.regex(/^[A-Za-z0-9][\w-]{0,60}$/, 'no name of an entrant')),
	agent: text,
	model: v.nullable(text),
	/** The entrant's own session (its `parent` is the race's); null until it began. */
	session_id: v.nullable(text),
	/** Absolute. */
	worktree: text,
	/** `refs/agent-relay/race/<ULID>/<entrant>`. */
	ref: text,
	state: v.picklist(['waiting', 'preparing', 'working', 'checking', 'ended']),
	/** null until its work ended, before its checks. `stopped`: by the user; `not_started`: no agent got to work; `background_stopped`: it
	 * answered, but what it had running was stopped. */
	outcome: v.nullable(
		v.picklist([
			'completed',
			'background_stopped',
			'limited',
			'failed',
			'stopped',
			'timed_out',
			'outcome_unknown',
			'setup_failed',
			'not_started',
		]),
	),
	/** Why the outcome is what it is, one sentence; null when there is nothing to say. */
	reason: v.nullable(text),
	started_at: v.nullable(iso),
	ended_at: v.nullable(iso),
	/** Agent's work alone, without setup and checks. */
	work_ms: count,
	/** Who worked, in order: more than one after a hand-over. */
	agents: v.array(text),
	tokens: v.looseObject({ input: count, output: count }),
	cost_usd: count,
	cost_source: v.picklist(['reported', 'estimated', 'mixed', 'none']),
	/** The oldest price list behind what is estimated of it. */
	prices_as_of: v.optional(day),
	limited_until: v.nullable(iso),
	setup: v.nullable(commandSchema),
	/** The files that its agent found, where setup or copies made them differ from the base, kept under `<ref>+found`. */
	found: v.optional(v.nullable(v.looseObject({ commit: objectId, tree: objectId }))),
	checks: v.array(commandSchema),
	/** Its work on the base as a commit, kept under `ref`; null when it could not be kept. */
	commit: v.nullable(objectId),
	tree: v.nullable(text),
	/** The tree of all files as they were, where it differs from `tree`; kept under `<ref>+all`. */
	whole_tree: v.optional(v.nullable(text)),
	diff: v.nullable(v.looseObject({ files: v.number(), added: v.number(), removed: v.number() })),
	/** Work in submodules and other repos inside its worktree, which is not in `commit`. */
	left_inside: v.optional(
		v.array(
			v.looseObject({
				path: text,
				commits: v.number(),
				files: v.number(),
				is_unfilled: v.boolean(),
				is_unknown: v.boolean(),
			}),
		),
	),
	/** What is worth knowing: commits it made, a branch it switched to, files outside its worktree. */
	notes: v.array(text),
});
export type EntrantRecord = v.InferOutput<typeof entrantSchema>;

/** `race.json` in the folder of the race's session. Keys as on disk; unknown keys survive a rewrite. */
export const raceRecordSchema = v.looseObject({
	schema_version: v.number(),
	/** Also the id of the race's session. */
	id: text,
	task: text,
	/** `cleaned`: worktrees and refs are gone, the records stay. */
	state: v.picklist(['preparing', 'running', 'ended', 'cleaned']),
	created_at: iso,
	ended_at: v.nullable(iso),
	base: v.looseObject({
		commit: objectId,
		/** As the user named it; null: HEAD. */
		ref: v.nullable(text),
		/** True: `commit` is a snapshot of the dirty main checkout (`--include-dirty`). */
		is_snapshot: v.boolean(),
	}),
	options: v.looseObject({
		checks: v.array(text),
		setup: v.nullable(text),
		copy: v.array(text),
		max_time_s: v.number(),
		check_time_s: v.number(),
		jobs: v.number(),
		permissions: v.picklist(['read-only', 'edit', 'full']),
		handover: v.boolean(),
	}),
	/** Absolute; holds `owner.json` and the entrants' worktrees. */
	folder: text,
	entrants: v.array(entrantSchema),
	/** Best first; empty until the race ended. */
	ranking: v.array(text),
	winner: v.nullable(text),
	/** One sentence: why the winner won, or why there is none. */
	verdict: v.nullable(text),
	/** What changed in the parts that all worktrees share, and in the main checkout, in words. */
	shared_changes: v.array(text),
	adopted: v.array(
		v.looseObject({ entrant: text, at: iso, commit: v.nullable(objectId), branch: v.nullable(text) }),
	),
	/** What stopped the last try to adopt each entrant, and what it left out, path by path. */
	not_adopted: v.optional(v.array(v.looseObject({ entrant: text, at: iso, path: text, why: text }))),
});
export type RaceRecord = v.InferOutput<typeof raceRecordSchema>;

export const RACE_RECORD_VERSION = 1;

/** What a race was asked for besides its task, its entrants and its base; `options` on disk. */
export interface RaceTerms {
	/** Shell commands as the user typed them; each passes with exit code 0. */
	checks: readonly string[];
	setup: string | null;
	/** Untracked files or folders to copy into each worktree, relative to the main checkout. */
	copy: readonly string[];
	/** Time limit of one entrant's work, ms. */
	maxTimeMs: number;
	/** Time limit of one check or of the setup, ms. */
	checkTimeMs: number;
	jobs: number;
	permissions: PermissionPreset;
	/** An entrant at its limit hands over in the same worktree instead of ending as `limited`. */
	handover: boolean;
}

export function termsToOptions(terms: RaceTerms): RaceRecord['options'] {
	const { checks, setup, copy, maxTimeMs, checkTimeMs, jobs, permissions, handover } = terms;
	return {
		checks: [...checks],
		setup,
		copy: [...copy],
		max_time_s: maxTimeMs / 1000,
		check_time_s: checkTimeMs / 1000,
		jobs,
		permissions,
		handover,
	};
}

/**
 * The terms that are part of a race's plan, which the mark in the user's data folder guards by a hash. The order stays; a new term
 * comes last, and only where the record has it, or no race of an older relay could be resumed. Permissions are not part of it:
 * they can be given again and are never widened by a record.
 */
export function plannedOptions(options: RaceRecord['options']): readonly unknown[] {
	const { checks, setup, copy, max_time_s, check_time_s, jobs, handover } = options;
	return [checks, setup, copy, max_time_s, check_time_s, jobs, handover];
}
