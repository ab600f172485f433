import { formatPlural } from '../../core/plural.ts';
import { safeLine } from '../../core/text.ts';
import { shortRef } from '../../view/describe-session.ts';
import type { Look } from '../look.ts';
import type { ArchiveData, ArchivedLine } from './run.ts';

export function archiveLines({ is, lines, ownName }: ArchiveData, { theme }: Look): string[] {
	const rows = lines.map((line) => rowOf(line, is, theme));
	if (is === 'unarchived' || lines.every(({ changed }) => changed.length === 0)) return rows;
	const refs = lines.map(({ id }) => shortRef(id)).join(' ');
	return [...rows, `${theme.dim('take back:')} ${ownName} unarchive ${refs}`];
}

function rowOf({ id, title, changed }: ArchivedLine, is: ArchiveData['is'], theme: Look['theme']): string {
	const ref = theme.bold(shortRef(id));
	const already = is === 'archived' ? 'is archived already' : 'is not archived';
	if (changed.length === 0) return `Session ${ref} ${already}.`;
	const others = changed.length - 1;
	const more = others === 0 ? '' : theme.dim(` with ${formatPlural(others, 'other session')} of its lineage`);
	const done = is === 'archived' ? 'is archived' : 'is back in lists';
	return `Session ${ref} ${done}${more}: ${safeLine(title, 60)}`;
}
