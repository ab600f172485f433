/** Ranks entrants by facts. Pure: their order counts only where everything else ties. */

import type { EntrantRecord } from '../record/race-record.ts';
import { type CriterionName, failingTests, hasChanges, hasFiles, passedOf } from './figures.ts';
import { type Standing, verdictOf } from './race-verdict.ts';

export interface RaceResult {
	/** Entrant ids, best first. Those that tie keep the order in which they were named. */
	ranking: string[];
	/** null: nobody passed all checks, nobody finished with a change, or the first two tie. */
	winner: string | null;
	verdict: string;
}

interface Criterion {
	name: CriterionName;
	/** Smaller is better; null: not known. A criterion counts only where it is known of all that still tie. */
	figure: (entrant: EntrantRecord) => number | null;
}

/** In the order in which they decide. */
const CRITERIA: readonly Criterion[] = [
	{ name: 'files', figure: (entrant) => (hasFiles(entrant) ? 0 : 1) },
	{ name: 'checks', figure: ({ checks }) => checks.length - passedOf({ checks }) },
	{ name: 'failing_tests', figure: failingTests },
	{ name: 'finished', figure: ({ outcome }) => (outcome === 'completed' ? 0 : 1) },
	{ name: 'changed', figure: (entrant) => (hasChanges(entrant) ? 0 : 1) },
	{ name: 'lines', figure: ({ diff }) => (diff === null ? null : diff.added + diff.removed) },
	{ name: 'cost', figure: ({ cost_usd }) => cost_usd },
	{ name: 'time', figure: ({ work_ms }) => (work_ms === null ? null : Math.round(work_ms / 1000)) },
];

/**
 * A criterion splits every group that tied before it, so the order is total and transitive whichever figures are known. A figure
 * that one member of a group lacks says nothing about the others of that group.
 */
export function rankEntrants(entrants: readonly EntrantRecord[]): RaceResult {
	const groups = CRITERIA.reduce<EntrantRecord[][]>(
		(before, criterion) => before.flatMap((group) => splitBy(group, criterion)),
		entrants.length === 0 ? [] : [[...entrants]],
	);
	const [leaders = []] = groups;
	const standing: Standing = {
		ranked: groups.flat(),
		leaders,
		...decisive(groups.flat()),
	};
	const winner = winnerOf(standing);
	return { ranking: standing.ranked.map(({ id }) => id), winner, verdict: verdictOf(standing, winner) };
}

function splitBy(group: EntrantRecord[], { figure }: Criterion): EntrantRecord[][] {
	if (group.length < 2) return [group];
	const byFigure = new Map<number, EntrantRecord[]>();
	for (const entrant of group) {
		const value = figure(entrant);
		if (value === null) return [group];
		byFigure.set(value, [...(byFigure.get(value) ?? []), entrant]);
	}
	return [...byFigure].sort(([one], [other]) => one - other).map(([, members]) => members);
}

/** The criterion that puts the first before the second; null where they tie or there is no second. */
function decisive(ranked: readonly EntrantRecord[]): { decidedBy: CriterionName | null } {
	let group: EntrantRecord[][] = [[...ranked]];
	const [first, second] = ranked;
	if (!first || !second) return { decidedBy: null };
	for (const criterion of CRITERIA) {
		group = group.flatMap((members) => splitBy(members, criterion));
		if (!group.find((members) => members.includes(first))?.includes(second))
			return { decidedBy: criterion.name };
	}
	return { decidedBy: null };
}

function winnerOf({ ranked, leaders }: Standing): string | null {
	const [first] = ranked;
	if (!first || !hasFiles(first) || !hasChanges(first) || passedOf(first) < first.checks.length) return null;
	if (!ranked.some((entrant) => entrant.outcome === 'completed' && hasChanges(entrant))) return null;
	const isSameWork = leaders.every(({ tree }) => tree !== null && tree === first.tree);
	return leaders.length === 1 || isSameWork ? first.id : null;
}
