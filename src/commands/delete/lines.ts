import { formatPlural } from '../../core/plural.ts';
import { safeLine } from '../../core/text.ts';
import { shortRef } from '../../view/describe-session.ts';
import type { Look } from '../look.ts';
import type { DeleteData, DeletedSession } from './run.ts';

export function deleteLines({ deleted, finished, ownName }: DeleteData, { theme }: Look): string[] {
	const rows = deleted.map((one) => rowOf(one, theme));
	const left = finished.map(
		(id) => `Session ${theme.bold(shortRef(id))}: a removal that was cut short is finished.`,
	);
	const isAnyGone = deleted.some(({ problem }) => problem === null) || finished.length > 0;
	const snapshots = `Its file snapshots are shared by the repo; when they are old, ${ownName} prune --snapshots removes them.`;
	return [...left, ...rows, ...(isAnyGone ? [theme.dim(snapshots)] : [])];
}

function rowOf({ id, title, turns, isWitnessGone, problem }: DeletedSession, theme: Look['theme']): string {
	const ref = theme.bold(shortRef(id));
	if (problem !== null)
		return `${theme.bad(`Session ${shortRef(id)} stays:`)} ${safeLine(problem.message, 300)}`;
	const what = [formatPlural(turns, 'turn'), ...(isWitnessGone ? ['what you said in it'] : [])].join(', ');
	return `Session ${ref} is removed (${what}): ${safeLine(title, 60)}`;
}
