/** The live table of a race as rows of a fixed width. Pure: who draws it decides when. */
import { fromIso } from '../../core/clock.ts';
import { formatDuration } from '../../ui/quantities.ts';
import { spinnerFrame } from '../../ui/spinner.ts';
import { columnsOf, cutToColumns, padToColumns } from '../../ui/text-width.ts';
import type { Theme } from '../../ui/theme.ts';
import { checksText, costText, filesText, statePaint, stateText, tokensText } from './race-figures.ts';
import type { EntrantProgress } from './race-progress.ts';

export interface RaceTableRoom {
	columns: number;
	/** Rows that the table may take; below two an entrant, only the first row of each is shown. */
	maxRows: number;
	theme: Theme;
	/** Epoch ms. */
	now: number;
	/** ms, for the spinner. */
	elapsedMs: number;
}

/** From here on all figures of an entrant fit beside its name. */
const WIDE_COLUMNS = 72;
/** Less than this says nothing of an action. */
const LEAST_ACTION = 12;
const MAX_NAME = 24;

export function raceTableRows(entrants: readonly EntrantProgress[], room: RaceTableRoom): string[] {
	const isNarrow = room.columns < WIDE_COLUMNS;
	const names = entrants.map(({ record }) => record.id);
	const nameWidth = Math.min(isNarrow ? 14 : MAX_NAME, Math.max(...names.map(columnsOf), 0));
	const head = entrants.map((entrant) => headOf(entrant, entrants.length, nameWidth, room));
	if (!isNarrow) return wideRows(entrants, head, room);
	const rows = entrants.map((entrant, i) => [head[i] ?? '', narrowDetail(entrant, room)]);
	const isTight = rows.length * 2 > room.maxRows;
	return rows.flatMap(([first = '', second = '']) => (isTight || second === '' ? [first] : [first, second]));
}

/** `1 ⠋ claude  working  1 min 5 s`. */
function headOf(entrant: EntrantProgress, count: number, nameWidth: number, room: RaceTableRoom): string {
	const { theme, columns } = room;
	const { record, number } = entrant;
	const paint = statePaint(record, theme);
	const digits = String(count).length;
	const name = padToColumns(cutToColumns(record.id, nameWidth), nameWidth);
	const state = padToColumns(stateText(record), STATE_COLUMNS);
	const left = `${padToColumns(String(number), digits, 'left')} `;
	const used = columnsOf(left) + 2 + nameWidth + 2 + STATE_COLUMNS + 1;
	const time = cutToColumns(timeText(entrant, room.now), Math.max(0, columns - 1 - used));
	return `${theme.dim(left)}${paint(mark(entrant, room))} ${theme.bold(name)}  ${paint(state)} ${padToColumns(time, TIME_COLUMNS, 'left')}`;
}

/** The longest state, `setup failed`. */
const STATE_COLUMNS = 12;
/** `59 min 59 s`. */
const TIME_COLUMNS = 10;

function mark({ record }: EntrantProgress, { elapsedMs }: RaceTableRoom): string {
	if (record.state === 'waiting') return '·';
	if (record.state !== 'ended') return spinnerFrame(elapsedMs);
	return record.outcome === 'completed' ? '✓' : record.outcome === 'limited' ? '⊘' : '✗';
}

function timeText({ record }: EntrantProgress, now: number): string {
	if (record.state === 'ended' || record.state === 'checking')
		return record.work_ms === null ? '' : formatWhole(record.work_ms);
	const startedAt = fromIso(record.started_at);
	return startedAt === null ? '' : formatWhole(now - startedAt);
}

/** Tenths that run by are noise. */
const formatWhole = (ms: number) =>
	ms < 60_000 ? `${Math.floor(ms / 1000)} s` : formatDuration(Math.floor(ms / 1000) * 1000);

function figuresOf(entrant: EntrantProgress): {
	tokens: string;
	cost: string;
	files: string;
	checks: string;
} {
	const { record, tokens, cost, editedFiles } = entrant;
	const live = editedFiles === 0 ? '' : `${editedFiles} files`;
	return {
		tokens: tokensText(tokens),
		cost: costText(cost),
		files: record.diff === null ? (editedFiles === 1 ? '1 file' : live) : filesText(record),
		checks: record.checks.length === 0 ? '' : `${checksText(record)} ok`,
	};
}

function wideRows(
	entrants: readonly EntrantProgress[],
	heads: readonly string[],
	room: RaceTableRoom,
): string[] {
	const figures = entrants.map(figuresOf);
	const width = (key: keyof ReturnType<typeof figuresOf>) =>
		Math.max(0, ...figures.map((one) => columnsOf(one[key])));
	const order = ['tokens', 'cost', 'files', 'checks'] as const;
	return entrants.map((entrant, i) => {
		let row = heads[i] ?? '';
		for (const key of order) {
			const columns = width(key);
			const isRoom = columnsOf(row) + 2 + columns < room.columns;
			if (columns > 0 && isRoom) row += `  ${padToColumns(figures[i]?.[key] ?? '', columns)}`;
		}
		const left = room.columns - 1 - columnsOf(row) - 2;
		if (left < LEAST_ACTION || entrant.lastAction === '') return row;
		return `${row}  ${room.theme.dim(cutToColumns(entrant.lastAction, left))}`;
	});
}

/** `    12k in 3.4k out · $0.12 · 3 +40 -2 · run npm test`, cut. */
function narrowDetail(entrant: EntrantProgress, { columns, theme }: RaceTableRoom): string {
	const { tokens, cost, files, checks } = figuresOf(entrant);
	const text = [checks, files, cost, tokens, entrant.lastAction].filter((part) => part !== '').join(' · ');
	return text === '' ? '' : theme.dim(`    ${cutToColumns(text, columns - 5)}`);
}
