/** The rows of an open menu, drawn in place of the status line. Pure. */

import { cutAtClause } from '../../ui/cut-at-clause.ts';
import { cutPath } from '../../ui/fact-row.ts';
import { columnsOf, cutToColumns, padToColumns } from '../../ui/text-width.ts';
import type { Theme } from '../../ui/theme.ts';
import type { Menu, MenuItem } from './menu.ts';
import { matchedAt } from './name-ranks.ts';

const MAX_ROWS = 8;
/** Narrower than this, only the chosen row says what it is. */
const WIDE = 60;

interface Room {
	columns: number;
	/** The terminal's. */
	rows: number;
}

export function menuRows(menu: Menu, { columns, rows }: Room, theme: Theme): string[] {
	const most = Math.max(1, Math.min(MAX_ROWS, Math.floor(rows / 3)));
	const from = Math.max(0, Math.min(menu.chosen - most + 1, menu.items.length - most));
	const shown = menu.items.slice(from, from + most);
	const width = columns - 1;
	const widest = Math.min(Math.max(0, ...shown.map(({ value }) => columnsOf(value))), width - 2);
	return [
		...shown.map((item, i) => row(item, menu, { isChosen: from + i === menu.chosen, widest, width, theme })),
		theme.dim(cutToColumns(footer(menu, shown.length, width), width)),
	];
}

function row(
	item: MenuItem,
	{ kind, typed }: Menu,
	{ isChosen, widest, width, theme }: { isChosen: boolean; widest: number; width: number; theme: Theme },
): string {
	const name = kind === 'files' ? cutPath(item.value, width - 2) : cutToColumns(item.value, width - 2);
	const begin = `${isChosen ? theme.accent('›') : ' '} `;
	const styled = isChosen ? theme.bold(name) : emphasized(name, typed, kind === 'commands' ? 1 : 0, theme);
	const room = width - widest - 4;
	const text = width >= WIDE - 1 || isChosen ? facts(item, room) : '';
	if (text === '') return begin + styled;
	const gap = ' '.repeat(columnsOf(padToColumns(name, widest)) - columnsOf(name) + 2);
	return begin + styled + gap + (isChosen ? text : theme.dim(text));
}

/** What it does is shortened for the value in force, which goes where that leaves too little. */
function facts({ about = '', now = '' }: MenuItem, room: number): string {
	if (room < 8) return '';
	const end = about === '' || now === '' ? now : ` · ${now}`;
	const short = cutAtClause(about, Math.max(0, room - columnsOf(end)));
	return end === '' || short.endsWith('…') ? cutAtClause(about || now, room) : short + end;
}

function emphasized(name: string, typed: string, mark: number, theme: Theme): string {
	const found = typed === '' ? new Set<number>() : matchedAt(name.slice(mark), typed);
	if (found.size === 0) return name;
	let out = name.slice(0, mark);
	for (let at = mark; at < name.length; ) {
		const isFound = found.has(at - mark);
		let end = at + 1;
		while (end < name.length && found.has(end - mark) === isFound) end++;
		const piece = name.slice(at, end);
		out += isFound ? theme.bold(piece) : piece;
		at = end;
	}
	return out;
}

const WHAT = { commands: '', files: ' files and folders', words: '' } as const;

/** Kept longest: how many, what takes a row, how to leave. */
function footer({ kind, total }: Menu, shown: number, width: number): string {
	const count = `${shown} of ${total}`;
	const end = [kind === 'commands' ? 'Tab completes' : 'Tab takes', 'Esc closes'];
	const all =
		kind === 'commands' ? [count, 'type to filter', 'Enter runs', ...end] : [`${count}${WHAT[kind]}`, ...end];
	const fitting = [all, [count, ...end]].map((facts) => `  ${facts.join(' · ')}`);
	return fitting.find((line) => columnsOf(line) <= width) ?? `  ${count}`;
}
