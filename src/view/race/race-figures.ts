/** One entrant's figures as short texts, the same in the live table, the result and the lines of a log. All safe. */
import { fromIso } from '../../core/clock.ts';
import { safeLine } from '../../core/text.ts';
import { describeTime } from '../../limits/describe-limit.ts';
import { passedOf } from '../../race/rank/figures.ts';
import type { EntrantRecord } from '../../race/record/race-record.ts';
import { oldestPrices } from '../../sessions/lineage/price-dates.ts';
import { type Cost, formatCount, formatDuration } from '../../ui/quantities.ts';
import type { Paint, Theme } from '../../ui/theme.ts';

type Outcome = NonNullable<EntrantRecord['outcome']>;

const OUTCOMES: Readonly<Record<Outcome, { text: string; tone: 'good' | 'warn' | 'bad' }>> = {
	completed: { text: 'finished', tone: 'good' },
	background_stopped: { text: 'tasks stopped', tone: 'warn' },
	limited: { text: 'at its limit', tone: 'warn' },
	failed: { text: 'failed', tone: 'bad' },
	stopped: { text: 'stopped', tone: 'warn' },
	timed_out: { text: 'timed out', tone: 'warn' },
	outcome_unknown: { text: 'end unknown', tone: 'bad' },
	setup_failed: { text: 'setup failed', tone: 'bad' },
	not_started: { text: 'not started', tone: 'warn' },
};

export function stateText({ state, outcome }: EntrantRecord): string {
	return state === 'ended' ? (outcome === null ? 'ended' : OUTCOMES[outcome].text) : state;
}

export function statePaint({ state, outcome }: EntrantRecord, theme: Theme): Paint {
	if (state === 'waiting') return theme.dim;
	return state === 'ended' && outcome !== null ? theme[OUTCOMES[outcome].tone] : theme.accent;
}

/** `2/3`; empty without checks. */
export function checksText(entrant: EntrantRecord): string {
	return entrant.checks.length === 0 ? '' : `${passedOf(entrant)}/${entrant.checks.length}`;
}

/** Failing tests of the checks that report a number. */
export function failingText({ checks }: EntrantRecord): string {
	const reported = checks.flatMap(({ failing_tests: failing }) => (failing === null ? [] : [failing]));
	return reported.length === 0 ? '' : String(reported.reduce((sum, failing) => sum + failing, 0));
}

/** `3 +40 -2`, `none`. */
export function filesText({ diff }: Pick<EntrantRecord, 'diff'>): string {
	if (diff === null) return '';
	return diff.files === 0 ? 'none' : `${diff.files} +${diff.added} -${diff.removed}`;
}

/** `~: estimated from the list prices of 2025-11-30`, for below a table; null where it has no estimate. */
export function pricesNote(costs: readonly Cost[]): string | null {
	const day = oldestPrices(costs).prices_as_of;
	return day === undefined ? null : `~: estimated from the list prices of ${day}`;
}

/** `12k in 3.4k out`. */
export function tokensText({ input, output }: EntrantRecord['tokens']): string {
	const reported = [
		input === null ? '' : `${formatCount(input)} in`,
		output === null ? '' : `${formatCount(output)} out`,
	];
	return reported.filter((text) => text !== '').join(' ');
}

export function workText({ work_ms }: EntrantRecord): string {
	return work_ms === null ? '' : formatDuration(work_ms);
}

/** `limited until 14:30 (in 2 h)`; empty where it is not, or not any more. */
export function limitedText({ limited_until }: Pick<EntrantRecord, 'limited_until'>, now: number): string {
	const until = fromIso(limited_until);
	return until === null || until <= now ? '' : `limited until ${describeTime(until, { now })}`;
}

/** `npm test failed: exit 1, 3 failing tests`. */
export function checkText(check: EntrantRecord['checks'][number]): string {
	const facts = [
		check.status !== 'passed' && check.exit_code !== null ? `exit ${check.exit_code}` : '',
		check.failing_tests === null || check.failing_tests === 0 ? '' : `${check.failing_tests} failing`,
		check.duration_ms === null ? '' : formatDuration(check.duration_ms),
	].filter((fact) => fact !== '');
	const status = check.status.replaceAll('_', ' ');
	return `${safeLine(check.command, 60)} ${status}${facts.length === 0 ? '' : ` (${facts.join(', ')})`}`;
}
