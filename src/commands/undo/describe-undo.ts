/** What an undo or a redo would write, or wrote, for reading. All text made safe here. */
import { formatPlural } from '../../core/plural.ts';
import { safeLine } from '../../core/text.ts';
import { wrapToColumns } from '../../ui/text-width.ts';
import type { Theme } from '../../ui/theme.ts';
import type { PathChange, UndoOutline, UndoResult } from '../../undo/undo-contract.ts';
import type { Look } from '../look.ts';

const SHOWN = 30;

const MARKS: Readonly<Record<PathChange['change'], string>> = {
	restored: '+',
	removed: '-',
	rewritten: '±',
	mode: 'x',
};

const WORDS: Readonly<Record<PathChange['change'], string>> = {
	restored: 'comes back',
	removed: 'goes',
	rewritten: 'gets its earlier content',
	mode: 'gets its earlier mode',
};

const safe = (path: string) => safeLine(path, 300);

/** `turn 3`, `turns 3 to 5 and 7`, with the agent where it is one. */
export function turnsText(turns: UndoOutline['turns']): string {
	const numbers = turns.map(({ turn }) => turn);
	const agents = [...new Set(turns.map(({ agent }) => agent))];
	const by = agents.length === 1 ? ` of ${safeLine(agents[0] ?? '', 60)}` : '';
	return `${numbers.length === 1 ? 'turn' : 'turns'} ${numbers.join(', ')}${by}`;
}

/** Before the question: what it would write, and what it does not cover. */
export function previewLines(
	outline: UndoOutline,
	{ theme, columns }: Look,
	{ force }: { force: boolean },
): string[] {
	const { kind, turns, conflicts } = outline;
	const verb = kind === 'undo' ? 'takes back' : 'brings back';
	const isForced = (canForce: boolean) => force && canForce;
	return [
		theme.bold(`This ${verb} ${turnsText(turns)}:`),
		...changeLines(outline, theme, WORDS),
		...conflicts.map(({ path, why, canForce }) =>
			theme.warn(`! ${safe(path)}: ${safe(why)}; ${isForced(canForce) ? 'a copy is kept' : 'it stays'}`),
		),
		...uncoveredLines(outline, theme),
	].flatMap((line) => wrapToColumns(line, columns, { indent: 2 }));
}

function changeLines(
	{ kind, changes }: UndoOutline,
	theme: Theme,
	words: Readonly<Record<PathChange['change'], string>>,
): string[] {
	const textOf = (change: PathChange['change']) =>
		kind === 'undo' ? words[change] : words[change].replace('earlier', 'later');
	const shown = changes
		.slice(0, SHOWN)
		.map(({ path, change }) => `${theme.accent(MARKS[change])} ${safe(path)} ${theme.dim(textOf(change))}`);
	const more = changes.length - shown.length;
	return more > 0 ? [...shown, theme.dim(`  and ${more} more; all of them: --json`)] : shown;
}

const uncoveredLines = ({ uncovered }: UndoOutline, theme: Theme) =>
	uncovered.map((text) => theme.dim(`not covered: ${safeLine(text, 600)}`));

const DONE: Readonly<Record<PathChange['change'], string>> = {
	restored: 'is back',
	removed: 'is gone',
	rewritten: 'has its earlier content',
	mode: 'has its earlier mode',
};

/** `command`: how it is called where this is read. Its rows are broken by whoever draws. */
export function resultLines(result: UndoResult, theme: Theme, command: string): string[] {
	const { kind, turns, changes } = result;
	switch (result.status) {
		case 'planned':
			return [
				theme.bold(`${kind === 'undo' ? 'An undo' : 'A redo'} of ${turnsText(turns)} would write this:`),
				...changeLines(result, theme, WORDS),
				...conflictLines(result, theme),
				...uncoveredLines(result, theme),
				theme.dim('Nothing was written.'),
			];
		case 'conflicts':
			return [
				`${theme.bad('✗')} Nothing was written: ${formatPlural(result.conflicts.length, 'path')} changed since ${turnsText(turns)}.`,
				...conflictLines(result, theme),
				...advice(result, command),
			];
		case 'done':
			return [
				...changeLines(result, theme, DONE),
				...result.left
					.slice(0, SHOWN)
					.map((path) => theme.warn(`! ${safe(path)}: left as it is, changed since`)),
				...(result.kept === null ? [] : [`Copies of what was replaced: ${safe(result.kept)}`]),
				...uncoveredLines(result, theme),
				theme.good(
					`✓ ${turnsText(turns)} ${turns.length === 1 ? 'is' : 'are'} ${kind === 'undo' ? 'undone' : 'redone'}: ${formatPlural(changes.length, 'file')}.`,
				),
			];
		default:
			return result satisfies never;
	}
}

function conflictLines({ conflicts }: UndoOutline, theme: Theme): string[] {
	const shown = conflicts
		.slice(0, SHOWN)
		.map(({ path, why }) => theme.warn(`! ${safe(path)}`) + theme.dim(`  ${safe(why)}`));
	const more = conflicts.length - shown.length;
	return more > 0 ? [...shown, theme.dim(`  and ${more} more; all of them: --json`)] : shown;
}

function advice({ changes, conflicts }: UndoOutline, command: string): string[] {
	return [
		...(changes.length > 0
			? [`To write the other ${formatPlural(changes.length, 'file')}: ${command} --partial`]
			: []),
		...(conflicts.some(({ canForce }) => canForce)
			? [`To replace these too, keeping a copy of each: ${command} --force`]
			: []),
	];
}
