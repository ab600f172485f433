/** The rows of the full-screen list of runners, for any size. */
import type { PickerRow } from '../../commands/runner/picker-source.ts';
import type { LiveRegion } from '../../ui/screen-writer.ts';
import { columnsOf, cutToColumns, padToColumns, wrapToColumns } from '../../ui/text-width.ts';
import type { Theme } from '../../ui/theme.ts';
import { fieldError, fieldsOf, type PickerForm } from './picker-form.ts';
import { chosenRow, type PickerState, shownRows } from './picker-state.ts';

export interface PickerRoom {
	columns: number;
	rows: number;
	theme: Theme;
}

/** The head and the foot. */
const AROUND = 2;
const GAP = 2;
const LABEL = 10;

/** How many rows lie between them. */
export const pickerPage = ({ rows }: Pick<PickerRoom, 'rows'>): number => Math.max(1, rows - 1 - AROUND);

export function pickerRegion(state: PickerState, room: PickerRoom): LiveRegion {
	const { theme, columns } = room;
	const width = columns - 1;
	const message = messageRows(state, room);
	const count = Math.max(1, pickerPage(room) - message.length);
	const body = bodyOf(state, room, count);
	const middle = body.rows.slice(0, count);
	const fill = Array.from({ length: count - middle.length }, () => '');
	const foot = theme.dim(cutToColumns(footText(state, width), width));
	return {
		rows: [cutToColumns(headText(state, theme), width), ...middle, ...fill, ...message, foot],
		cursor: body.cursor ?? { row: 0, column: 0 },
	};
}

interface PickerBody {
	rows: string[];
	cursor: LiveRegion['cursor'] | null;
}

const still = (rows: string[]): PickerBody => ({ rows, cursor: null });

function headText({ mode, rows, filter }: PickerState, theme: Theme): string {
	switch (mode.is) {
		case 'page':
			return theme.bold(mode.title);
		case 'agents':
			return theme.bold('New runner: which agent?');
		case 'kinds':
			return theme.bold('New runner: what runs it?');
		case 'form':
			return theme.bold({ create: 'New runner', edit: 'Edit runner', clone: 'Clone runner' }[mode.form.what]);
		default: {
			const running = rows.filter(({ state }) => state === 'R' || state === 'C').length;
			const by = filter.text === '' && mode.is !== 'filter' ? '' : ` · / ${filter.text}`;
			return `${theme.bold('Runners')} ${rows.length}, ${running} running${by}`;
		}
	}
}

function bodyOf(state: PickerState, room: PickerRoom, count: number): PickerBody {
	const { mode } = state;
	const { columns } = room;
	switch (mode.is) {
		case 'page': {
			const rows = mode.rows?.flatMap((row) => wrapToColumns(row, columns - 1)) ?? ['…'];
			return still(rows.slice(mode.top, mode.top + count));
		}
		case 'agents':
		case 'kinds':
			return still(choiceRows(mode.is === 'agents' ? state.agents : state.kinds, mode.at, room, count));
		case 'form':
			return formBody(mode.form, room);
		default:
			return still(listRows(state, room, count));
	}
}

function choiceRows(
	choices: readonly string[],
	chosen: number,
	{ theme, columns }: PickerRoom,
	count: number,
): string[] {
	return window(choices, chosen, count).map(({ item, at }) => marked(item, at === chosen, theme, columns));
}

function marked(text: string, isChosen: boolean, theme: Theme, columns: number): string {
	const row = cutToColumns(`${isChosen ? '›' : ' '} ${text}`, columns - 1);
	return isChosen ? theme.bold(row) : row;
}

/** The part of a list around one of its items. */
function window<Item>(
	items: readonly Item[],
	chosen: number,
	count: number,
): Array<{ item: Item; at: number }> {
	const first = Math.max(0, Math.min(chosen - Math.floor(count / 2), items.length - count));
	return items.slice(first, first + count).map((item, at) => ({ item, at: first + at }));
}

function listRows(state: PickerState, { theme, columns }: PickerRoom, count: number): string[] {
	const shown = shownRows(state);
	if (shown.length === 0) return [theme.dim(emptyText(state))];
	const chosen = Math.max(
		0,
		shown.findIndex(({ uuid }) => uuid === chosenRow(state)?.uuid),
	);
	const fields = fittingFields(shown, columns - 3);
	const title = count > 3 ? [theme.dim(`  ${lineOf(fields, ({ title }) => title)}`)] : [];
	return [
		...title,
		...window(shown, chosen, count - title.length).map(({ item, at }) => {
			const text =
				item.problem === ''
					? lineOf(fields, ({ of }) => of(item))
					: `${item.state} ${item.name} ${item.problem}`;
			return marked(text, at === chosen, theme, columns);
		}),
	];
}

const emptyText = ({ rows, isKnown }: PickerState): string => {
	if (!isKnown) return 'Looking …';
	return rows.length === 0 ? 'There are no runners. N makes one.' : 'None fits the filter.';
};

interface Field {
	title: string;
	of(row: PickerRow): string;
	width: number;
}

/** In the order of the screen; `need`: those with the highest go first where there is no room. */
const COLUMNS: ReadonlyArray<{ title: string; of(row: PickerRow): string; need: number; max: number }> = [
	{ title: '', of: (row) => row.state, need: 0, max: 1 },
	{ title: 'name', of: (row) => row.name, need: 0, max: 20 },
	{ title: 'runs', of: (row) => row.runs, need: 1, max: 18 },
	{ title: 'host', of: (row) => row.host, need: 6, max: 14 },
	{ title: 'port', of: (row) => row.port, need: 3, max: 9 },
	{ title: 'dns', of: (row) => row.dns, need: 4, max: 20 },
	{ title: 'created', of: (row) => row.created, need: 5, max: 12 },
	{ title: 'used', of: (row) => row.used, need: 2, max: 12 },
];

function fittingFields(rows: readonly PickerRow[], columns: number): Field[] {
	let fields = COLUMNS.map(({ title, of, need, max }) => ({
		...{ title, of, need },
		width: Math.min(max, Math.max(columnsOf(title), ...rows.map((row) => columnsOf(of(row))))),
	})).filter(({ of }) => rows.some((row) => of(row) !== ''));
	const total = () => fields.reduce((sum, { width }) => sum + width + GAP, -GAP);
	while (total() > columns && fields.length > 2) {
		const most = Math.max(...fields.map(({ need }) => need));
		fields = fields.filter(({ need }) => need !== most);
	}
	return fields;
}

const lineOf = (fields: readonly Field[], text: (field: Field) => string): string =>
	fields
		.map((field) => padToColumns(cutToColumns(text(field), field.width), field.width))
		.join(' '.repeat(GAP))
		.trimEnd();

const HINTS = {
	name: 'letters, digits, - and _',
	port: '0 none, -1 the first that is free',
	protocol: 't, u or Space',
	dns: 'lowercase labels, or nothing',
} as const;

function formBody(form: PickerForm, { theme, columns }: PickerRoom): PickerBody {
	const rows: string[] = [];
	let cursor: PickerBody['cursor'] = null;
	if (form.agent !== null)
		rows.push(cutToColumns(`${padToColumns('agent', LABEL)}${form.agent}`, columns - 1));
	if (form.kind !== 'local')
		rows.push(cutToColumns(`${padToColumns('kind', LABEL)}${form.kind}`, columns - 1));
	fieldsOf(form).forEach((field, at) => {
		const edit = field === 'protocol' ? null : form[field];
		const text = edit?.text ?? form.protocol;
		const isChosen = at === form.at;
		const room = columns - 1 - LABEL;
		// The end of a long text is what is seen.
		const seen = columnsOf(text) < room ? text : text.slice(-Math.max(1, room - 1));
		const before =
			edit === null ? 0 : columnsOf(seen.slice(0, Math.max(0, edit.cursor - (text.length - seen.length))));
		if (isChosen) cursor = { row: rows.length + 1, column: Math.min(columns - 1, LABEL + before) };
		const label = padToColumns(field, LABEL);
		rows.push(`${isChosen ? theme.bold(label) : theme.dim(label)}${seen}`);
		const error = text === '' && field === 'name' ? null : fieldError(form, field);
		if (error !== null) rows.push(...wrapToColumns(error, columns - 3).map((row) => theme.bad(`  ${row}`)));
		else if (isChosen) rows.push(theme.dim(cutToColumns(`  ${HINTS[field]}`, columns - 1)));
	});
	return { rows, cursor };
}

/** A long error wraps, and takes at most half of the screen. */
function messageRows({ mode, message }: PickerState, room: PickerRoom): string[] {
	const { theme, columns } = room;
	const most = Math.max(1, Math.floor(pickerPage(room) / 2));
	const wrapped = (text: string) => wrapToColumns(text, columns - 1).slice(0, most);
	if (mode.is === 'ask') return wrapped(`${mode.question} y or n`).map((row) => theme.warn(row));
	if (message === null) return [];
	return wrapped(message.text).map((row) => (message.isError ? theme.bad(row) : theme.good(row)));
}

function footText({ mode }: PickerState, width: number): string {
	const isNarrow = width < 70;
	switch (mode.is) {
		case 'list':
			return isNarrow
				? 'Enter attach · N new · ? keys · Q leave'
				: 'Enter attach · N new · E edit · C clone · B back · R start · K end · D delete · ? keys · Q leave';
		case 'filter':
			return 'type to filter · Enter · Esc all';
		case 'agents':
		case 'kinds':
			return '↑ ↓ choose · Enter · Esc back';
		case 'form':
			return isNarrow
				? 'Tab next · Enter does it · Esc'
				: 'Tab and Shift-Tab move · Enter does it · Esc back';
		case 'ask':
			return 'y does it · any other key does not';
		case 'page':
			return '↑ ↓ scroll · any other key goes back';
	}
}
