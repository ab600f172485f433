/** What `prune` found and did, for reading. All text made safe here. */
import { withOwnName } from '../../core/own-name.ts';
import { formatPlural } from '../../core/plural.ts';
import { safeLine } from '../../core/text.ts';
import type { Kept, Pruned, PruneKind } from '../../prune/prune-contract.ts';
import { formatAgo, formatBytes } from '../../ui/quantities.ts';
import { renderTable } from '../../ui/table.ts';
import { wrapToColumns } from '../../ui/text-width.ts';
import type { Theme } from '../../ui/theme.ts';
import type { Look } from '../look.ts';
import type { PruneData } from './run.ts';

const SHOWN = 20;

export function pruneLines(page: PruneData, { theme, columns }: Look): string[] {
	const { kept, pruned, command, ownName } = page;
	const goes = kept.filter(({ remove }) => remove !== null);
	const lines = [
		...overview(page, theme, columns),
		...(pruned === null ? goingLines(goes, page, theme) : removedLines(pruned, theme)),
		...stayingLines(
			kept.filter(({ stays }) => stays !== null),
			{ theme, ownName },
		),
		...(pruned === null && goes.length === 0 ? ['', 'Nothing to remove.'] : []),
	].flatMap((line) => wrapToColumns(line, columns, { indent: 4 }));
	// A command stays whole, to be pasted.
	const step = pruned === null && goes.length > 0 ? ['', `${theme.dim('remove them:')} ${command}`] : [];
	return [...lines, ...step];
}

function overview({ kinds, kept }: PruneData, theme: Theme, columns: number): string[] {
	const rows = kinds.map((kind) => {
		const own = kept.filter((one) => one.kind === kind);
		const goes = own.filter(({ remove }) => remove !== null);
		return [kind, ...[own, goes].flatMap((some) => [String(some.length), formatBytes(bytesOf(some))])];
	});
	const right = { align: 'right' as const };
	const heads = [
		{ title: 'kind' },
		{ title: 'there', ...right },
		{ title: 'take', ...right },
		{ title: 'old', ...right },
		{ title: 'take', ...right },
	];
	return renderTable(heads, rows, { columns, theme });
}

const bytesOf = (kept: readonly Kept[]) => kept.reduce((sum, { bytes }) => sum + bytes, 0);

function goingLines(goes: readonly Kept[], { now }: PruneData, theme: Theme): string[] {
	if (goes.length === 0) return [];
	const shown = goes.slice(0, SHOWN).map((one) => {
		const facts = [
			formatBytes(one.bytes),
			one.lastUsedAt === null ? '' : formatAgo(one.lastUsedAt, now),
			safeLine(one.about, 80),
		].filter((fact) => fact !== '');
		return `  ${theme.accent(nameOf(one))}: ${facts.join(' · ')}`;
	});
	return ['', 'This would be removed:', ...shown, ...more(goes.length, theme)];
}

function removedLines(pruned: readonly Pruned[], theme: Theme): string[] {
	const gone = pruned.filter(({ problem }) => problem === null).map(({ one }) => one);
	const head = `${theme.good('✓')} ${formatPlural(gone.length, 'item')} removed, ${formatBytes(bytesOf(gone))}.`;
	const kept = pruned.flatMap(({ one, problem }) =>
		problem === null ? [] : [`  ${theme.bad(`${nameOf(one)} stays:`)} ${safeLine(problem.message, 300)}`],
	);
	return ['', gone.length === 0 ? 'Nothing was removed.' : head, ...kept];
}

function stayingLines(
	stays: readonly Kept[],
	{ theme, ownName }: { theme: Theme; ownName: string },
): string[] {
	if (stays.length === 0) return [];
	const shown = stays
		.slice(0, SHOWN)
		.map(
			(one) =>
				`  ${theme.warn(`${nameOf(one)} stays:`)} ${withOwnName(safeLine(one.stays ?? '', 600), ownName)}`,
		);
	return ['', ...shown, ...more(stays.length, theme)];
}

const more = (count: number, theme: Theme) =>
	count > SHOWN ? [theme.dim(`  and ${count - SHOWN} more; all of them: --json`)] : [];

const ONE: Readonly<Record<PruneKind, string>> = {
	sessions: 'session',
	races: 'race',
	snapshots: 'snapshots',
	witness: 'witness',
	caches: 'cache',
};

const nameOf = ({ kind, name }: Kept) => `${ONE[kind]} ${safeLine(name, 60)}`;
