import { formatPlural } from '../../../core/plural.ts';
import { safeLine } from '../../../core/text.ts';
import type { CleanPlan, CleanResult } from '../../../race/clean/clean.ts';
import { wrapToColumns } from '../../../ui/text-width.ts';
import type { Theme } from '../../../ui/theme.ts';
import { shortRef } from '../../../view/describe-session.ts';
import type { Look } from '../../look.ts';
import type { Cleaned, RaceCleanData } from './run.ts';

type Entrant = CleanPlan['entrants'][number];

export function raceCleanLines(data: RaceCleanData, { theme, columns }: Look): string[] {
	const { cleaned, command } = data;
	if (cleaned.length === 0) return ['Every race is clean.'];
	const lines = [...cleaned.flatMap((one) => linesOf(one, data, theme)), ...applyAllLines(data, theme)];
	// A command that is broken into rows cannot be pasted.
	return lines.flatMap((line) =>
		line.includes(command) ? [line] : wrapToColumns(line, columns, { indent: 4 }),
	);
}

function linesOf({ plan, result }: Cleaned, { isAll, command }: RaceCleanData, theme: Theme): string[] {
	if (result !== null) return cleanResultLines(result, theme);
	return cleanPlanLines(plan, theme, isAll ? null : `${command} clean ${shortRef(plan.race)} --apply`);
}

/** One line for all of them, where something would go. */
function applyAllLines({ cleaned, isAll, isApplied, command }: RaceCleanData, theme: Theme): string[] {
	const canGo = cleaned.some(({ plan }) => plan.entrants.some(({ refusals }) => refusals.length === 0));
	return isAll && !isApplied && canGo ? ['', applyLine(`${command} clean --all --apply`, theme)] : [];
}

/** What a clean would take away. `apply`: the line that does it; null: it is shown elsewhere. */
export function cleanPlanLines(plan: CleanPlan, theme: Theme, apply: string | null): string[] {
	const { race, entrants, refusals, hint } = plan;
	if (plan.isCleaned) return [`Race ${race} is clean.`];
	if (refusals.length > 0)
		return [
			`${theme.bad('✗')} Race ${race} stays.`,
			...refusals.map((text) => `  ${safeLine(text, 400)}`),
			...hinted(hint, theme),
		];
	const goes = entrants.filter((entrant) => entrant.refusals.length === 0);
	return [
		`Race ${race}: ${goes.length === 0 ? 'nothing' : 'this'} would be removed; its records stay.`,
		...goes.flatMap((entrant) => goingLines(entrant, theme)),
		...stayingLines(entrants, theme),
		...hinted(hint, theme),
		...(goes.length === 0 || apply === null ? [] : [applyLine(apply, theme)]),
	];
}

const applyLine = (apply: string, theme: Theme) => `${theme.dim('remove them:')} ${apply}`;

function cleanResultLines({ race, removed, kept, refs, record }: CleanResult, theme: Theme): string[] {
	const what = [formatPlural(removed.length, 'worktree'), formatPlural(refs.length, 'ref')].join(' and ');
	const head =
		record.state === 'cleaned'
			? `${theme.good('✓')} Race ${race} is clean: ${what} removed; its records stay.`
			: `${theme.warn('!')} Race ${race}: ${what} removed, ${formatPlural(kept.length, 'entrant')} left.`;
	return [head, ...stayingLines(kept, theme)];
}

const hinted = (hint: string | null, theme: Theme) => (hint === null ? [] : [theme.dim(safeLine(hint, 400))]);

function goingLines(
	{ id, worktree, standing, files, ignored, refs, isAdopted, hasWork, notes }: Entrant,
	theme: Theme,
): string[] {
	const facts = [
		standing === 'there' ? safeLine(worktree, 300) : 'worktree gone already',
		files === null ? '' : formatPlural(files, 'file'),
		refs.length === 0 ? '' : describeWork({ isAdopted, hasWork }),
	].filter((fact) => fact !== '');
	const top = ignored.top.map(({ path, count }) => `${safeLine(path, 60)} ${count}`).join(', ');
	return [
		`  ${theme.accent(safeLine(id, 60))}: ${facts.join(' · ')}`,
		...(ignored.count === 0
			? []
			: [theme.dim(`    ${formatPlural(ignored.count, 'ignored file')} in no ref: ${top}`)]),
		...notes.map((note) => theme.dim(`    ${safeLine(note, 300)}`)),
	];
}

function describeWork({ isAdopted, hasWork }: Pick<Entrant, 'isAdopted' | 'hasWork'>): string {
	if (isAdopted) return 'its work was adopted';
	return hasWork ? 'with its work, which was not adopted' : 'it changed nothing';
}

function stayingLines(entrants: readonly Entrant[], theme: Theme): string[] {
	return entrants.flatMap(({ id, refusals }) =>
		refusals.map((why) => `  ${theme.warn(`${safeLine(id, 60)} stays:`)} ${safeLine(why, 300)}`),
	);
}
