import { formatPlural } from '../../../core/plural.ts';
import { safeLine } from '../../../core/text.ts';
import type { AdoptedFile, AdoptOmission, AdoptResult } from '../../../race/adopt/adopt-deps.ts';
import type { Theme } from '../../../ui/theme.ts';

const MARKS: Readonly<Record<AdoptedFile['change'], string>> = {
	added: 'A',
	modified: 'M',
	deleted: 'D',
	merged: '±',
};

/** How an adoption is asked for where this is read. */
export interface Asking {
	/** `agent-relay race` or `/race`. */
	command: string;
	/** Flags that name the race, with a space before them; or nothing. */
	of: string;
}

const path = (text: string) => safeLine(text, 400);

/** What an adoption wrote, or what stopped it; rows are broken by whoever draws. */
export function adoptionLines(result: AdoptResult, theme: Theme, asking: Asking): string[] {
	const notes = result.notes.map((note) => theme.warn(`! ${safeLine(note, 600)}`));
	if (result.status === 'conflicts') return [...notes, ...conflictLines(result, theme, asking)];
	if (result.status === 'left_out')
		return [
			...notes,
			`${theme.bad('✗')} Nothing of ${safeLine(result.entrant, 60)} can be adopted: its work lies where git does not keep it.`,
			...result.omitted.map((left) => omittedLine(left, theme)),
		];
	const { entrant, written, already, omitted, commit, branch } = result;
	const marked = written.filter(({ hasMarkers }) => hasMarkers);
	const as =
		branch !== null
			? ` as branch ${safeLine(branch, 200)} (${commit?.slice(0, 10) ?? ''})`
			: commit !== null
				? ` as commit ${commit.slice(0, 10)}`
				: '';
	const counts = [
		branch === null ? `${formatPlural(written.length, 'file')} written` : '',
		already.length === 0 ? '' : `${already.length} already the same`,
	].filter((part) => part !== '');
	return [
		...written.map(
			(file) =>
				`${theme.accent(MARKS[file.change])} ${path(file.path)}${file.hasMarkers ? theme.warn(' · conflict markers left') : ''}`,
		),
		...omitted.map((left) => omittedLine(left, theme)),
		theme.good(
			`✓ ${safeLine(entrant, 60)} is adopted${as}${counts.length === 0 ? '' : `: ${counts.join(', ')}`}`,
		),
		...notes,
		...(marked.length === 0
			? []
			: [
					`Resolve the markers (<<<<<<<) in ${formatPlural(marked.length, 'file')}; nothing is staged or committed.`,
				]),
	];
}

const omittedLine = (left: AdoptOmission, theme: Theme) =>
	theme.warn(`- ${path(left.path)}: not adopted, ${safeLine(left.why, 600)}`);

function conflictLines(
	{ entrant, conflicts, canMerge }: Extract<AdoptResult, { status: 'conflicts' }>,
	theme: Theme,
	{ command, of }: Asking,
): string[] {
	const these = conflicts.length === 1 ? 'this path is' : `these ${conflicts.length} paths are`;
	return [
		`${theme.bad('✗')} Nothing was written: ${these} in the way of ${safeLine(entrant, 60)}.`,
		...conflicts.map(
			(conflict) => `  ${path(conflict.path)}${theme.dim(`  ${safeLine(conflict.why, 200)}`)}`,
		),
		canMerge
			? `Merge them three-way: ${command} adopt ${entrant}${of} --merge`
			: `Make room first (commit, stash or move them), or keep it apart: ${command} adopt ${entrant}${of} --branch NAME`,
	];
}
