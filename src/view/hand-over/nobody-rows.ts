/** Nobody can work: a rule, a row an agent with when it is free or what to do, and how the work goes on. Pure. */
import { safeLine } from '../../core/text.ts';
import { describeMoment, describeTime } from '../../limits/describe-limit.ts';
import type { CandidateVerdict } from '../../limits/successor.ts';
import type { RelayEvent } from '../../relay/events/relay-events.ts';
import { columnsOf, padToColumns, wrapToColumns } from '../../ui/text-width.ts';
import { couldNotStart } from './hand-over-rows.ts';
import { type RuleLook, ruleRows } from './rule.ts';

type NobodyLeft = Extract<RelayEvent, { type: 'nobody_left' }>;

export interface NobodyLook extends RuleLook {
	now: number;
	/** What sends the prompt again, in words of whoever shows it; absent: that is said elsewhere. */
	retry?: string;
	/** No key reaches the relay. */
	onlyWatches?: boolean;
}

/** Below this, what an agent waits for stands under when it is free. */
const TABLE_COLUMNS = 60;
const WHAT_CHARS = 160;

export function nobodyRows(event: NobodyLeft, look: NobodyLook): string[] {
	const { columns, theme } = look;
	const why = event.failure === null ? [] : [couldNotStart(event.from ?? 'the last one', event.failure)];
	const rows = [...event.candidates].sort(byReset).map((candidate) => candidateRow(candidate, look.now));
	const names = widest(rows.map(({ name }) => name));
	const isNarrow = columns !== null && columns < TABLE_COLUMNS;
	const whats = widest(rows.filter(({ when }) => when !== '').map(({ what }) => what));
	const shown = rows.flatMap(({ name, what, when, brief }) => {
		const label = `  ${padToColumns(name, names)}  `;
		const indent = { indent: columnsOf(label) };
		if (when === '') return fitted(label + what, columns, indent);
		if (isNarrow)
			return [
				...fitted(label + (columnsOf(label + when) > columns ? brief : when), columns, indent),
				...fitted(' '.repeat(indent.indent) + what, columns, indent),
			];
		return fitted(`${label}${padToColumns(what, Math.min(whats, 30))}  ${when}`, columns, indent);
	});
	return [
		...ruleRows(event.from ?? null, 'no agent is available', why, look),
		...shown.map(theme.dim),
		...fitted(`  ${prospect(event, look)}`, columns, { indent: 2 }),
	];
}

const widest = (texts: readonly string[]) => Math.max(0, ...texts.map(columnsOf));
const fitted = (row: string, columns: number | null, indent: { indent: number }) =>
	columns === null ? [row] : wrapToColumns(row, columns, indent);

/** Earliest first, then those that a person must help. */
function byReset(one: CandidateVerdict, other: CandidateVerdict): number {
	return (one.resetAt ?? Number.MAX_VALUE) - (other.resetAt ?? Number.MAX_VALUE);
}

function candidateRow(candidate: CandidateVerdict, now: number) {
	const { agent, model, resetAt } = candidate;
	const { what, advice, isOwnGuess } = candidate.brief ?? {
		...{ what: candidate.reason, advice: null, isOwnGuess: false },
	};
	return {
		name: model === null ? safeLine(agent, 40) : `${safeLine(agent, 40)}:${safeLine(model, 40)}`,
		what: safeLine(what, WHAT_CHARS),
		brief: resetAt === null ? safeLine(advice ?? '', WHAT_CHARS) : describeMoment(resetAt, { now }),
		when:
			resetAt === null
				? safeLine(advice ?? '', WHAT_CHARS)
				: `${isOwnGuess ? 'tried again ' : ''}${describeTime(resetAt, { now })}`,
	};
}

function prospect(
	{ earliestReset, isWaiting = false }: NobodyLeft,
	{ now, retry, onlyWatches = false }: NobodyLook,
): string {
	if (earliestReset === null)
		return `The work is kept; no reset is known.${retry === undefined ? '' : ` ${retry} continues it when an agent is free.`}`;
	const when = describeMoment(earliestReset, { now });
	if (isWaiting)
		return `The work is kept; it continues by itself at ${when}.${onlyWatches ? '' : ' Ctrl+C ends the wait.'}`;
	if (retry === undefined) return `The work is kept; it can continue at ${when}.`;
	return `The work is kept. ${retry} continues it at ${when}; with --wait it continues by itself.`;
}
