/** Why the winner won, or why there is none: one sentence with the figures that decided. Pure. */
import { formatPlural } from '../../core/plural.ts';
import type { EntrantRecord } from '../record/race-record.ts';
import { type CriterionName, failingTests, hasChanges, passedOf } from './figures.ts';

export interface Standing {
	/** Best first. */
	ranked: readonly EntrantRecord[];
	/** The first, and those that tie with it. */
	leaders: readonly EntrantRecord[];
	/** What put the first before the second. */
	decidedBy: CriterionName | null;
}

export function verdictOf(standing: Standing, winner: string | null): string {
	const [first, second] = standing.ranked;
	if (!first) return 'No winner: nobody took part.';
	if (winner === null) return `No winner: ${whyNobody(standing, first)}.`;
	if (!second) return `${first.id} is the only entrant and ${whatItDid(first)}.`;
	if (standing.decidedBy === null)
		return `${names(standing.leaders)} made the very same files, with the same figures; ${first.id} was named first.`;
	return `${first.id} is first: ${whyFirst(standing.decidedBy, first, second)}.`;
}

function whyNobody({ ranked, leaders }: Standing, first: EntrantRecord): string {
	const total = first.checks.length;
	if (ranked.every(({ commit }) => commit === null)) return 'nobody left any files to look at';
	if (passedOf(first) < total)
		return `nobody passed ${total === 1 ? 'the check' : `all ${total} checks`} (best: ${names(best(ranked))}, ${checksOf(first)}${testsOf(first)})`;
	if (!ranked.some(hasChanges)) return 'nobody changed anything';
	if (!hasChanges(first)) return `${first.id} stands first without having changed anything`;
	if (!ranked.some((entrant) => entrant.outcome === 'completed' && hasChanges(entrant)))
		return `nobody who changed something finished (${first.id}: ${outcomeOf(first)})`;
	return `${names(leaders)} tie in every figure (${figuresOf(first)}), with different files`;
}

/** All that passed as many checks as the first. */
function best(ranked: readonly EntrantRecord[]): EntrantRecord[] {
	const most = Math.max(...ranked.map(passedOf));
	return ranked.filter((entrant) => entrant.commit !== null && passedOf(entrant) === most);
}

function whyFirst(decidedBy: CriterionName, first: EntrantRecord, second: EntrantRecord): string {
	switch (decidedBy) {
		case 'files':
			return `it ${whatItDid(first)}, and nobody else left files to compare`;
		case 'checks':
			return `it passed ${checksOf(first)}, ${second.id} ${passedOf(second)}`;
		case 'failing_tests':
			return `${sameChecks(first)}, ${failingOf(first)} against ${failingTests(second)} of ${second.id}`;
		case 'finished':
			return `${sameChecks(first)}, and ${second.id} did not finish (${outcomeOf(second)})`;
		case 'changed':
			return `${sameChecks(first)}, and ${second.id} changed nothing`;
		case 'lines':
			return `${sameChecks(first)}, and its change is smaller (${linesOf(first)}, ${second.id} ${lineCount(second)})`;
		case 'cost':
			return `${sameChecks(first)}; both changed ${linesOf(first)}, and it cost less (${costOf(first)}, ${second.id} ${costOf(second)})`;
		case 'time':
			return `${sameChecks(first)}; both changed ${linesOf(first)}, and it was faster (${timeOf(first)}, ${second.id} ${timeOf(second)})`;
		default:
			return decidedBy satisfies never;
	}
}

function whatItDid(entrant: EntrantRecord): string {
	const passed = entrant.checks.length === 0 ? '' : `passed ${checksOf(entrant)} and `;
	return `${passed}changed ${linesOf(entrant)}`;
}

const sameChecks = (entrant: EntrantRecord) =>
	entrant.checks.length === 0 ? 'there was no check' : `both passed ${checksOf(entrant)}`;

function checksOf(entrant: EntrantRecord): string {
	return `${passedOf(entrant)} of ${formatPlural(entrant.checks.length, 'check')}`;
}

function testsOf(entrant: EntrantRecord): string {
	const failing = failingTests(entrant);
	return failing === null || failing === 0 ? '' : `, ${formatPlural(failing, 'failing test')}`;
}

function failingOf(entrant: EntrantRecord): string {
	const failing = failingTests(entrant) ?? 0;
	return `${formatPlural(failing, 'test')} ${failing === 1 ? 'fails' : 'fail'}`;
}

const lineCount = ({ diff }: EntrantRecord) => (diff?.added ?? 0) + (diff?.removed ?? 0);

const linesOf = (entrant: EntrantRecord) => formatPlural(lineCount(entrant), 'line');

const costOf = ({ cost_usd }: EntrantRecord) => `$${(cost_usd ?? 0).toFixed(4)}`;

const timeOf = ({ work_ms }: EntrantRecord) => `${Math.round((work_ms ?? 0) / 1000)} s`;

function figuresOf(entrant: EntrantRecord): string {
	const checks = entrant.checks.length === 0 ? [] : [checksOf(entrant)];
	const time = entrant.work_ms === null ? [] : [timeOf(entrant)];
	return [...checks, `${linesOf(entrant)} changed`, ...time].join(', ');
}

const outcomeOf = ({ outcome }: EntrantRecord) => (outcome ?? 'not ended').replaceAll('_', ' ');

function names(entrants: readonly EntrantRecord[]): string {
	const ids = entrants.map(({ id }) => id);
	const last = ids.pop() ?? '';
	return ids.length === 0 ? last : `${ids.join(', ')} and ${last}`;
}
