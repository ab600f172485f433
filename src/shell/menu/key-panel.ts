/** What `?` shows on an empty line: the keys, in groups, for the width at hand. Pure. */
import { columnsOf, cutToColumns, padToColumns } from '../../ui/text-width.ts';
import type { Theme } from '../../ui/theme.ts';

type Keys = ReadonlyArray<readonly [keys: string, does: string]>;

interface Group {
	title: string;
	keys: Keys;
}

const WRITE: Group = {
	title: 'Write',
	keys: [
		['Enter', 'send'],
		['Shift+Enter', 'new line'],
		['@', 'a file'],
		['!', 'a shell command'],
	],
};
const STOP = 'stop the turn';
const OUTPUT = ['Ctrl+O', 'all of the last output'] as const;
const ANSWER = ['y s a n t', 'answer a question'] as const;

const THREE: readonly Group[] = [
	WRITE,
	{
		title: 'While an agent works',
		keys: [['Ctrl+C', STOP], ['Enter', 'queue a prompt'], ['Up', 'take it back'], ANSWER],
	},
	{
		title: 'Look',
		keys: [
			OUTPUT,
			['Ctrl+R', 'search earlier prompts'],
			['/limits', 'who is limited'],
			['/help X', 'a command in full'],
		],
	},
];
const TWO: readonly Group[] = [
	WRITE,
	{
		title: 'While an agent works',
		keys: [
			['Ctrl+C', `${STOP}, again: kill it`],
			['Enter', 'queue a prompt, Up takes it back'],
			ANSWER,
			OUTPUT,
		],
	},
];
const ONE: Keys = [
	['Enter', 'send'],
	['Shift+Enter', 'new line'],
	['@  !', 'a file, a shell command'],
	['Ctrl+C', STOP],
	['Up', 'edit a queued prompt'],
	ANSWER,
];

const GAP = 3;

/** `columns`: of the terminal. */
export function keyPanel(columns: number, theme: Theme): string[] {
	const end = theme.dim(cutToColumns('  Esc closes · all keys: /help keys', columns - 1));
	if (columns < 60) return [...keyColumn(ONE, theme).map((row) => `  ${row.text}`), end];
	const groups = (columns < 100 ? TWO : THREE).map(({ title, keys }) => [
		{ text: theme.bold(title), columns: columnsOf(title) },
		...keyColumn(keys, theme),
	]);
	const widths = groups.map((rows) => Math.max(...rows.map((row) => row.columns)));
	const height = Math.max(...groups.map((rows) => rows.length));
	const rows = Array.from({ length: height }, (_, at) =>
		groups
			.map((group, i) => {
				const cell = group[at] ?? { text: '', columns: 0 };
				const isLast = i === groups.length - 1;
				return cell.text + (isLast ? '' : ' '.repeat((widths[i] ?? 0) - cell.columns + GAP));
			})
			.join(''),
	);
	return [...rows.map((row) => `  ${row}`), end];
}

function keyColumn(keys: Keys, theme: Theme): Array<{ text: string; columns: number }> {
	const widest = Math.max(...keys.map(([name]) => columnsOf(name)));
	return keys.map(([name, does]) => ({
		text: `${theme.bold(name)}${' '.repeat(widest - columnsOf(name) + 2)}${does}`,
		columns: columnsOf(`${padToColumns(name, widest)}  ${does}`),
	}));
}
