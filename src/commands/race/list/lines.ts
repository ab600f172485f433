import { fromIso } from '../../../core/clock.ts';
import { safeLine } from '../../../core/text.ts';
import { formatAgo } from '../../../ui/quantities.ts';
import { renderTable } from '../../../ui/table.ts';
import type { Look } from '../../look.ts';
import type { RaceListData, RaceRow } from './run.ts';

const MAX_REASON = 400;

/** One row a race, and one line for each whose record cannot be read. */
export function raceListLines(data: RaceListData, look: Look): string[] {
	const { theme } = look;
	const damaged = data.damaged.map((reason) => `${theme.bad('✗')} ${safeLine(reason, MAX_REASON)}`);
	if (data.rows.length > 0) return [...tableLines(data, look), ...damaged];
	if (damaged.length > 0) return damaged;
	return ['No race here yet.', theme.dim(`Start one: ${data.ownName} race "TASK" --agents claude,codex`)];
}

function tableLines({ rows, now }: RaceListData, { theme, columns }: Look): string[] {
	const cells = rows.map((row) => [
		row.ref,
		stateOf(row),
		formatAgo(fromIso(row.record.created_at) ?? now, now),
		safeLine(row.record.entrants.map(({ id }) => id).join(' '), 60),
		winnerOf(row),
		safeLine(row.record.task, 120),
	]);
	const heads = [
		{ title: 'race', paint: theme.bold },
		{ title: 'state' },
		{ title: 'began' },
		{ title: 'entrants', minColumns: 10 },
		{ title: 'winner', paint: theme.good },
		{ title: 'task', minColumns: 12, paint: theme.dim },
	];
	return renderTable(heads, cells, { columns, theme });
}

function stateOf({ record: { state, adopted }, isLive }: RaceRow): string {
	if (state === 'ended') return adopted.length > 0 ? 'adopted' : state;
	return state === 'cleaned' || isLive ? state : 'cut off';
}

function winnerOf({ record: { winner, state } }: RaceRow): string {
	return winner ?? (state === 'running' || state === 'preparing' ? '' : 'none');
}
