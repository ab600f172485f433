/** The live table of a race as rows of a fixed width. Pure: who draws it decides when. */
import { fromIso } from '../../core/clock.ts';
import { formatPlural } from '../../core/plural.ts';
import { passedOf } from '../../race/rank/figures.ts';
import { formatDuration, shortCost } from '../../ui/quantities.ts';
import { spinnerFrame } from '../../ui/spinner.ts';
import { columnsOf, cutToColumns, padToColumns } from '../../ui/text-width.ts';
import type { Theme } from '../../ui/theme.ts';
import { checksText, filesText, pricesNote, statePaint, stateText, tokensText } from './race-figures.ts';
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

/** From here on all figures of an entrant fit next to its name. */
const WIDE_COLUMNS = 72;
/** Less than this says nothing of an action. */
const LEAST_ACTION = 12;
const AMPLE_ACTION = 24;
const MAX_NAME = 24;
/** Tells most names apart; where it is too much, the time goes. */
const LEAST_NAME = 14;

export function raceTableRows(entrants: readonly EntrantProgress[], room: RaceTableRoom): string[] {
	const note = pricesNote(entrants.map(({ cost }) => cost));
	if (note === null || room.maxRows <= entrants.length) return entrantRows(entrants, room);
	const rows = entrantRows(entrants, { ...room, maxRows: room.maxRows - 1 });
	return [...rows, room.theme.dim(cutToColumns(note, room.columns - 1))];
}

function entrantRows(entrants: readonly EntrantProgress[], room: RaceTableRoom): string[] {
	const isNarrow = room.columns < WIDE_COLUMNS;
	const widest = (texts: readonly string[]) => Math.max(0, ...texts.map(columnsOf));
	const digits = String(entrants.length).length;
	const state = widest(entrants.map(({ record }) => stateText(record)));
	const time = widest(entrants.map((entrant) => timeText(entrant, room.now)));
	const left = room.columns - 1 - (digits + 3) - (2 + state) - (2 + time);
	const name = Math.min(
		widest(entrants.map(({ record }) => record.id)),
		Math.max(LEAST_NAME, Math.min(MAX_NAME, left)),
	);
	const widths: HeadWidths = { digits, name, state, time };
	const heads = entrants.map((entrant) => headOf(entrant, widths, room));
	if (!isNarrow) return wideRows(entrants, heads, room);
	const rows = entrants.map((entrant, i) => [heads[i] ?? '', narrowDetail(entrant, room)]);
	const isTight = rows.length * 2 > room.maxRows;
	return rows.flatMap(([first = '', second = '']) => (isTight || second === '' ? [first] : [first, second]));
}

interface HeadWidths {
	digits: number;
	name: number;
	state: number;
	time: number;
}

/** `1 ⠋ claude  working  1 min 5 s`; the time is left out where it does not fit. */
function headOf(entrant: EntrantProgress, widths: HeadWidths, room: RaceTableRoom): string {
	const { theme, columns, now } = room;
	const { record, number } = entrant;
	const paint = statePaint(record, theme);
	const place = padToColumns(String(number), widths.digits, 'left');
	const name = padToColumns(cutToColumns(record.id, widths.name), widths.name);
	const state = padToColumns(stateText(record), widths.state);
	const head = `${theme.dim(place)} ${paint(mark(entrant, room))} ${theme.bold(name)}  ${paint(state)}`;
	const time = padToColumns(timeText(entrant, now), widths.time, 'left');
	return columnsOf(head) + 2 + columnsOf(time) < columns ? `${head}  ${time}` : head;
}

function mark({ record }: EntrantProgress, { elapsedMs }: RaceTableRoom): string {
	if (record.state === 'waiting') return '·';
	if (record.state !== 'ended') return spinnerFrame(elapsedMs);
	if (record.outcome === 'limited') return '⊘';
	return record.outcome === 'completed' && passedOf(record) === record.checks.length ? '✓' : '✗';
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
	const { record, tokens, cost } = entrant;
	return {
		tokens: tokensText(tokens),
		cost: shortCost(cost),
		files: filesSoFar(entrant),
		checks: hasChecked(record) ? `${checksText(record)} ok` : '',
	};
}

function filesSoFar({ record, editedFiles }: EntrantProgress): string {
	if (record.diff === null) return editedFiles === 0 ? '' : formatPlural(editedFiles, 'file');
	return record.diff.files === 0 ? 'no files' : filesText(record);
}

const hasChecked = ({ state, checks }: EntrantProgress['record']) =>
	checks.length > 0 && (state === 'checking' || state === 'ended');

function wideRows(
	entrants: readonly EntrantProgress[],
	heads: readonly string[],
	room: RaceTableRoom,
): string[] {
	const figures = entrants.map(figuresOf);
	const width = (key: keyof ReturnType<typeof figuresOf>) =>
		Math.max(0, ...figures.map((one) => columnsOf(one[key])));
	const order = ['checks', 'files', 'cost', 'tokens'] as const;
	return entrants.map((entrant, i) => {
		let row = heads[i] ?? '';
		for (const key of order) {
			const columns = width(key);
			const isRoom = columnsOf(row) + 2 + columns < room.columns;
			if (columns > 0 && isRoom) row += `  ${padToColumns(figures[i]?.[key] ?? '', columns)}`;
		}
		const action = entrant.lastAction;
		const aligned = room.columns - 1 - columnsOf(row) - 2;
		if (aligned >= AMPLE_ACTION)
			return action === '' ? row : `${row}  ${room.theme.dim(cutToColumns(action, aligned))}`;
		// Figures that are not known yet leave their place to it.
		const short = row.trimEnd();
		const left = room.columns - 1 - columnsOf(short) - 2;
		if (left < LEAST_ACTION || action === '') return short;
		return `${short}  ${room.theme.dim(cutToColumns(action, left))}`;
	});
}

/** `    12k in 3.4k out · $0.12 · 3 +40 -2 · run npm test`, cut. */
function narrowDetail(entrant: EntrantProgress, { columns, theme }: RaceTableRoom): string {
	const { tokens, cost, files, checks } = figuresOf(entrant);
	const text = [checks, files, cost, tokens, entrant.lastAction].filter((part) => part !== '').join(' · ');
	return text === '' ? '' : theme.dim(`    ${cutToColumns(text, columns - 5)}`);
}
