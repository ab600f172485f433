import type { AgentRegistry } from '../../agents/registry.ts';
import { RelayError } from '../../core/errors.ts';
import type { RaceRequest } from '../../race/race-contract.ts';
import { parseEntrants } from '../../race/validate-request.ts';
import { type RaceOptions, termsOf } from '../options/race-options.ts';

/** More at once mostly wait for each other's tests. */
const DEFAULT_MOST_JOBS = 8;

/** Throws `usage` where nobody is named, `unknown_agent`. */
export function raceRequest(
	task: string,
	options: RaceOptions,
	{ registry, parentTurn }: { registry: AgentRegistry; parentTurn: string | null },
): RaceRequest {
	const entrants = parseEntrants(namedEntrants(options), registry);
	const jobs = options.jobs ?? Math.min(entrants.length, DEFAULT_MOST_JOBS);
	return { ...termsOf(options), task, entrants, jobs, parentTurn };
}

/** As typed. Throws `usage` where nobody is named. */
export function namedEntrants({ agents }: Pick<RaceOptions, 'agents'>): readonly string[] {
	if (agents !== null) return agents;
	throw new RelayError('usage', 'No entrants were named.', {
		hint: 'For example: --agents claude,codex',
	});
}
