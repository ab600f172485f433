import { safeLine } from '../../core/text.ts';
import type { SessionSummary } from '../../sessions/listing/session-list.ts';
import { formatAgo } from '../../ui/quantities.ts';
import { renderTable } from '../../ui/table.ts';
import { describeKind } from '../../view/describe-session.ts';
import type { Look } from '../look.ts';
import type { SessionsData } from './run.ts';

export function sessionsLines(data: SessionsData, look: Look): string[] {
	if (data.rows.length === 0) return nothingLines(data, look);
	const { cut } = data;
	const more =
		cut === null ? [] : [look.theme.dim(`The newest ${cut.shown} of ${cut.all}; all of them: --all`)];
	return [...tableLines(data, look), ...more.flatMap((line) => ['', line])];
}

function nothingLines({ status, ownName }: SessionsData, { theme }: Look): string[] {
	const what = status === null ? 'No sessions here yet.' : `No ${status} session here.`;
	const next = status === null ? `Start one: ${ownName} run "TASK"` : `See them all: ${ownName} sessions`;
	return [what, theme.dim(next)];
}

function tableLines({ rows, current, now }: SessionsData, { theme, columns }: Look): string[] {
	const cells = rows.map(({ session, ref, agents }) => [
		session.id === current ? `${ref} *` : ref,
		session.meta === null ? '' : describeKind(session.meta),
		session.reason === null ? session.status : `${session.status} (${session.reason.replaceAll('_', ' ')})`,
		formatAgo(session.lastUsedAt, now),
		turnsOf(session),
		safeLine(agents.join(' '), 60),
		taskOf(session),
	]);
	const heads = [
		{ title: 'session', paint: theme.bold },
		{ title: 'kind' },
		{ title: 'status' },
		{ title: 'last used' },
		{ title: 'turns', align: 'right' as const },
		{ title: 'agents', minColumns: 8, paint: theme.accent },
		{ title: 'task', minColumns: 12, paint: theme.dim },
	];
	return renderTable(heads, cells, { columns, theme });
}

/** A race has none of its own. */
function turnsOf({ meta }: SessionSummary): string {
	if (meta === null || (meta.kind === 'race' && meta.turn_count === 0)) return '';
	return String(meta.turn_count);
}

function taskOf({ meta, problem }: SessionSummary): string {
	return safeLine(problem ?? meta?.title ?? meta?.objective ?? '', 120);
}
