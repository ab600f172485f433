import { safeLine } from '../../core/text.ts';
import type { FileChange } from '../../git/repo-facts.ts';
import { renderTable } from '../../ui/table.ts';
import { describeLines, describePath } from '../../view/describe-files.ts';
import type { Look } from '../look.ts';

type Changed = ReadonlyArray<Omit<FileChange, 'from'> & { from?: string | undefined }>;

export function filesLines(files: Changed, look: Look): string[] {
	return files.length === 0 ? [look.theme.dim('No file was changed.')] : fileTable(files, look);
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
