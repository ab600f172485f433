import { safeLine } from '../../core/text.ts';
import type { SessionSummary } from '../../sessions/listing/session-list.ts';
import { DEFAULT_NAME, nameOf } from '../../sessions/names/name-id.ts';
import { formatAgo, shortCost } from '../../ui/quantities.ts';
import { renderTable } from '../../ui/table.ts';
import { describeKind } from '../../view/describe-session.ts';
import type { Look } from '../look.ts';
import type { SessionRow, SessionsData } from './run.ts';

export function sessionsLines(data: SessionsData, look: Look): string[] {
	if (data.rows.length === 0) return nothingLines(data, look);
	const { cut, rows } = data;
	const notes = [
		...pricesNote(rows),
		...(cut === null ? [] : [`The newest ${cut.shown} of ${cut.all}; all of them: -n 0`]),
	];
	return [...tableLines(data, look), ...(notes.length === 0 ? [] : ['', ...notes.map(look.theme.dim)])];
}

function nothingLines({ status, isFiltered, ownName }: SessionsData, { theme }: Look): string[] {
	const nothing = isFiltered ? 'No such session here.' : 'No sessions here yet.';
	const what = status === null ? nothing : `No ${status} session here.`;
	const next = isFiltered ? `See them all: ${ownName} sessions` : `Start one: ${ownName} run "TASK"`;
	return [what, theme.dim(next)];
}

/** Every screen that shows an estimate names the day of its prices. */
function pricesNote(rows: readonly SessionRow[]): string[] {
	const [oldest] = rows.flatMap(({ sums }) => sums.cost.prices_as_of ?? []).sort();
	return oldest === undefined ? [] : [`~ is an estimate, by prices of ${oldest}`];
}

function tableLines(
	{ rows, current, now, isOfAllRepos, home }: SessionsData,
	{ theme, columns }: Look,
): string[] {
	// The same in each row says nothing, and the title needs the room.
	const areOnOneBranch = new Set(rows.flatMap(({ session }) => session.meta?.repo.branch ?? [])).size < 2;
	const cells = rows.map(({ session, ref, lineage, sums, root }) => [
		lineage.members.some(({ id }) => id === current) ? `${ref} *` : ref,
		session.meta === null ? '' : describeKind(session.meta),
		session.reason === null ? session.status : `${session.status} (${session.reason.replaceAll('_', ' ')})`,
		formatAgo(lineage.lastUsedAt, now),
		sums.turns === 0 ? '' : String(sums.turns),
		sums.cost.cost_usd === 0 ? '' : shortCost(sums.cost),
		safeLine(sums.agents.join(' '), 60),
		isOfAllRepos ? safeLine(root.startsWith(`${home}/`) ? `~${root.slice(home.length)}` : root, 120) : '',
		areOnOneBranch ? '' : safeLine(session.meta?.repo.branch ?? '', 60),
		nameIn(session),
		titleOf(session),
	]);
	const right = { align: 'right' as const };
	const heads = [
		{ title: 'session', paint: theme.bold },
		{ title: 'kind' },
		{ title: 'status' },
		{ title: 'last used' },
		{ title: 'turns', ...right },
		{ title: 'cost', ...right },
		{ title: 'agents', minColumns: 8, paint: theme.accent },
		{ title: 'repo', minColumns: 8 },
		{ title: 'branch', minColumns: 6 },
		{ title: 'name', minColumns: 6 },
		{ title: 'title', minColumns: 12, paint: theme.dim },
	];
	return renderTable(heads, cells, { columns, theme });
}

function nameIn({ meta }: SessionSummary): string {
	const name = nameOf(meta);
	return name === DEFAULT_NAME ? '' : name;
}

/** The user's own, else what he said last; his tags before it. */
function titleOf({ meta, problem }: SessionSummary): string {
	const title = problem ?? meta?.title ?? meta?.last_prompt ?? meta?.objective ?? '';
	const tags = (meta?.tags ?? []).map((tag) => `#${tag} `).join('');
	return safeLine(tags + title, 120);
}
