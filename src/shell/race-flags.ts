/** What a race is asked for on a command line, in the shell or outside it: from text to a request. */
import { readPreset } from '../agents/permission-presets.ts';
import type { AgentRegistry } from '../agents/registry.ts';
import { parseDuration } from '../config/duration.ts';
import { RelayError } from '../core/errors.ts';
import type { RaceRequest } from '../race/contract.ts';
import { parseEntrants } from '../race/validate-request.ts';

/** Values as typed. */
export interface RaceFlags {
	agents?: string | undefined;
	check?: readonly string[] | undefined;
	maxTime?: string | undefined;
	checkTimeout?: string | undefined;
	base?: string | undefined;
	setup?: string | undefined;
	copy?: readonly string[] | undefined;
	includeDirty?: boolean | undefined;
	jobs?: string | undefined;
	permissions?: string | undefined;
	handover?: boolean | undefined;
}

/** An agent that needs longer has usually lost its way. */
const DEFAULT_MAX_TIME_S = 30 * 60;
/** A whole test-suite, with room. */
const DEFAULT_CHECK_TIME_S = 10 * 60;
/** More at once mostly wait for each other's tests. */
const DEFAULT_MOST_JOBS = 8;

/** A timer of Node takes 24.8 days; a longer one would end at once. */
const LONGEST_S = 20 * 86_400;

/** Throws `usage` for a value that cannot be, `unknown_agent`. */
export function raceRequest(
	task: string,
	flags: RaceFlags,
	{ registry, parentTurn }: { registry: AgentRegistry; parentTurn: string | null },
): RaceRequest {
	if (flags.agents === undefined)
		throw new RelayError('usage', 'Who takes part? --agents names the entrants.', {
			hint: 'For example: --agents claude,codex',
		});
	const entrants = parseEntrants(flags.agents.split(','), registry);
	return {
		task,
		entrants,
		checks: flags.check ?? [],
		setup: flags.setup ?? null,
		copy: flags.copy ?? [],
		maxTimeMs: readTime('--max-time', flags.maxTime, DEFAULT_MAX_TIME_S),
		checkTimeMs: readTime('--check-timeout', flags.checkTimeout, DEFAULT_CHECK_TIME_S),
		base: flags.base ?? null,
		includeDirty: flags.includeDirty ?? false,
		jobs: flags.jobs === undefined ? Math.min(entrants.length, DEFAULT_MOST_JOBS) : readJobs(flags.jobs),
		permissions: flags.permissions === undefined ? null : readPreset(flags.permissions),
		handover: flags.handover ?? false,
		parentTurn,
	};
}

function readTime(flag: string, text: string | undefined, defaultSeconds: number): number {
	const seconds = text === undefined ? defaultSeconds : parseDuration(text);
	if (seconds !== null && seconds > 0 && seconds <= LONGEST_S) return seconds * 1000;
	throw new RelayError(
		'usage',
		`${flag} takes a time such as 600, 90s or 10m, at most 20d, not ${JSON.stringify(text)}.`,
	);
}

function readJobs(text: string): number {
	if (/^\d{1,4}$/.test(text) && Number(text) > 0) return Number(text);
	throw new RelayError('usage', `--jobs takes a number from 1 on, not ${JSON.stringify(text)}.`);
}
