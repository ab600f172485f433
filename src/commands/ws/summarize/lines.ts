import { formatPlural } from '../../../core/plural.ts';
import { safeLine } from '../../../core/text.ts';
import type { Look } from '../../look.ts';
import type { BackfillData, SummaryData } from './run.ts';
import type { SessionSummaries } from './summaries.ts';

export function summaryLines({ path, groups, withoutHints, unread }: SummaryData, { theme }: Look): string[] {
	const rows = groups.map(
		({ name, sessions, bullets, decisions }) =>
			`${theme.bold(name ?? 'other work')}: ${formatPlural(sessions, 'session')}, ${formatPlural(bullets.length, 'line')}, ${formatPlural(decisions.length, 'decision')}`,
	);
	return [
		`${theme.good('✓')} ${safeLine(path, 400)}`,
		...(rows.length === 0 ? ['Nothing was recorded in that time.'] : rows),
		...(withoutHints === 0
			? []
			: [theme.dim(`${formatPlural(withoutHints, 'session')} left no summary: ws backfill`)]),
		...(unread.length === 0 ? [] : [theme.warn(`! ${formatPlural(unread.length, 'hint')} cannot be read.`)]),
	];
}

export function backfillLines({ made, left }: BackfillData, { theme }: Look): string[] {
	const rest = left === 0 ? '' : `; the records of ${formatPlural(left, 'session')} say nothing`;
	return [`${theme.good('✓')} ${formatPlural(made.length, 'session')} summarized${rest}.`];
}

export function sessionSummaryLines({ summaries, unread }: SessionSummaries, { theme }: Look): string[] {
	const rows = summaries.flatMap(({ session, project, workstream, to, bullets, decisions }) => [
		`${theme.bold(workstream ?? 'other work')} · ${safeLine(session, 64)} · ${safeLine(project ?? '', 200)} · ${safeLine(to, 40)}`,
		...bullets.map((bullet) => `  - ${safeLine(bullet, 400)}`),
		...decisions.map((decision) => `  ${theme.good('decided')} ${safeLine(decision, 400)}`),
	]);
	return [
		...(rows.length === 0
			? ['No session left a summary in that time.', theme.dim('ws backfill makes them from the records.')]
			: rows),
		...(unread.length === 0 ? [] : [theme.warn(`! ${formatPlural(unread.length, 'hint')} cannot be read.`)]),
	];
}
