/** Changed files and their lines, in a few words. */
import { formatPlural } from '../core/plural.ts';
import type { FileChange } from '../git/repo-facts.ts';

export function describeFiles(files: readonly FileCount[]): string {
	if (files.length === 0) return '';
	const count = formatPlural(files.length, 'file');
	// Binary files, and files that only a tool call names, have no lines to count.
	if (files.every(({ source }) => source === 'tool')) return `${count} (from tool calls)`;
	if (files.every(({ added, removed }) => added === null && removed === null)) return count;
	const added = files.reduce((sum, file) => sum + (file.added ?? 0), 0);
	const removed = files.reduce((sum, file) => sum + (file.removed ?? 0), 0);
	return `${count} +${added} -${removed}`;
}

/** What is known of a file's lines: nothing where only a tool call named it. */
export function describeLines({ added, removed, source }: FileCount): string {
	if (added !== null || removed !== null) return `+${added ?? 0} -${removed ?? 0}`;
	return source === 'git' ? 'binary' : '';
}

type FileCount = Pick<FileChange, 'added' | 'removed' | 'source'>;

export function describePath({
	path,
	from,
}: Pick<FileChange, 'path'> & { from?: string | undefined }): string {
	return from === undefined ? path : `${from} -> ${path}`;
}
