import { safeLine } from '../../core/text.ts';
import type { FileChange } from '../../git/repo-facts.ts';
import type { TurnPlace } from '../../sessions/undo/undo-history.ts';
import { renderTable } from '../../ui/table.ts';
import { describeLines, describePath } from '../../view/describe-files.ts';
import type { Look } from '../look.ts';
import { describeUndone } from './describe-undone.ts';

type Changed = ReadonlyArray<Omit<FileChange, 'from'> & { from?: string | undefined }>;

/** `undone`: turns that were taken back; those of `id` need no name. */
export function filesLines(
	{ id, files, undone }: { id: string | null; files: Changed; undone: readonly TurnPlace[] },
	look: Look,
): string[] {
	const note = describeUndone(undone, id ?? '');
	return [
		...(files.length === 0 ? [look.theme.dim('No file was changed.')] : fileTable(files, look)),
		...(note === null ? [] : [look.theme.dim(note)]),
	];
}

export function fileTable(files: Changed, { theme, columns }: Look): string[] {
	const rows = files.map((file) => [file.change, describeLines(file), safeLine(describePath(file), 400)]);
	const heads = [
		{ title: 'change' },
		{ title: 'lines', align: 'right' as const },
		{ title: 'path', minColumns: 12, paint: theme.bold },
	];
	return renderTable(heads, rows, { columns, theme });
}
