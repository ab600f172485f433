import { fromIso } from '../../../core/clock.ts';
import { safeLine } from '../../../core/text.ts';
import type { RaceRecord } from '../../../race/record/race-record.ts';
import { formatAgo } from '../../../ui/quantities.ts';
import { renderTable } from '../../../ui/table.ts';
import type { Theme } from '../../../ui/theme.ts';

/** One row a race. `shortOf` gives the part of an id that names it here. */
export function raceListLines(
	races: readonly RaceRecord[],
	{
		theme,
		columns,
		now,
		shortOf,
		isLive,
		ownName,
	}: {
		theme: Theme;
		columns: number;
		now: number;
		shortOf: (id: string) => string;
		isLive: (race: RaceRecord) => boolean;
		/** How this program is called where it works. */
		ownName: string;
	},
): string[] {
	if (races.length === 0)
		return ['No race here yet.', theme.dim(`Start one: ${ownName} race "TASK" --agents claude,codex`)];
	const rows = races.map((race) => [
		shortOf(race.id),
		stateOf(race, isLive),
		formatAgo(fromIso(race.created_at) ?? now, now),
		safeLine(race.entrants.map(({ id }) => id).join(' '), 60),
		race.winner ?? (race.state === 'running' || race.state === 'preparing' ? '' : 'none'),
		safeLine(race.task, 120),
	]);
	const heads = [
		{ title: 'race', paint: theme.bold },
		{ title: 'state' },
		{ title: 'began' },
		{ title: 'entrants', minColumns: 10 },
		{ title: 'winner', paint: theme.good },
		{ title: 'task', minColumns: 12, paint: theme.dim },
	];
	return renderTable(heads, rows, { columns, theme });
}

function stateOf(race: RaceRecord, isLive: (race: RaceRecord) => boolean): string {
	const { state, adopted } = race;
	if (state === 'ended') return adopted.length > 0 ? 'adopted' : state;
	return state === 'cleaned' || isLive(race) ? state : 'cut off';
}
