/** The rows of the full screen of `search`, for any size. */

import { excerptLine, factsOf } from '../../commands/search/describe-hit.ts';
import type { Hit } from '../../commands/search/hit.ts';
import { safeLine } from '../../core/text.ts';
import { PLAIN_THEME, type Theme } from '../../ui/plain-theme.ts';
import type { LiveRegion } from '../../ui/screen-writer.ts';
import { columnsOf, cutToColumns, wrapToColumns } from '../../ui/text-width.ts';
import type { SearchState } from './search-state.ts';

export interface SearchRoom {
	columns: number;
	rows: number;
	theme: Theme;
	home: string;
	/** Epoch ms. */
	now: number;
}

const PROMPT = 'search › ';
const WIDE = 90;
/** What is around a list or a conversation: the first row and the last. */
const AROUND = 2;

/** How many rows a conversation has. */
export const pageRows = ({ rows }: Pick<SearchRoom, 'rows'>): number => Math.max(1, rows - 1 - AROUND);

export function searchRegion(state: SearchState, room: SearchRoom): LiveRegion {
	const { theme, columns } = room;
	const width = columns - 1;
	const head = headRow(state, width);
	const middle = middleRows(state, room).slice(0, pageRows(room));
	const fill = Array.from({ length: pageRows(room) - middle.length }, () => '');
	return {
		rows: [head.text, ...middle, ...fill, theme.dim(cutToColumns(footText(state, width), width))],
		cursor: { row: 0, column: Math.min(head.column, width) },
	};
}

/** The end of a long query is what is seen. */
function headRow({ edit }: SearchState, width: number): { text: string; column: number } {
	const room = Math.max(1, width - PROMPT.length - 1);
	let before = edit.text.slice(0, edit.cursor);
	while (columnsOf(before) > room) before = [...before].slice(1).join('');
	const text = cutToColumns(`${PROMPT}${before}${edit.text.slice(edit.cursor)}`, width);
	return { text, column: PROMPT.length + columnsOf(before) };
}

function middleRows(state: SearchState, room: SearchRoom): string[] {
	if (state.mode === 'read') return state.rows.slice(state.top, state.top + pageRows(room));
	if (state.mode === 'agents') return agentRows(state, room);
	const { hits, selected } = state;
	const hit = hits[selected];
	if (hit === undefined) return [room.theme.dim(emptyText(state))];
	const preview = previewRows(hit, room);
	const count = Math.max(1, pageRows(room) - preview.length);
	const first = Math.max(0, Math.min(selected - Math.floor(count / 2), hits.length - count));
	const rows = hits.slice(first, first + count).map((one, at) => listRow(one, first + at === selected, room));
	const fill = Array.from({ length: count - rows.length }, () => '');
	return [...rows, ...fill, ...preview];
}

const emptyText = ({ isSearching, edit }: SearchState): string => {
	if (isSearching) return 'Searching …';
	return edit.text === '' ? 'No conversation is indexed yet.' : 'Nothing is found.';
};

function listRow(hit: Hit, isSelected: boolean, room: SearchRoom): string {
	// Where there is little room, what was said tells more than where.
	const shown = room.columns < WIDE ? { ...hit, project: null, slug: null, title: '' } : hit;
	const facts = factsOf({ ...shown, tags: [] }, room, { theme: PLAIN_THEME });
	const said = hit.excerpt.map(({ text }) => text).join('');
	const row = cutToColumns(`${isSelected ? '›' : ' '} ${facts} · ${said}`, room.columns - 1);
	return isSelected ? room.theme.bold(row) : row;
}

/** A third of the screen, below a rule. */
function previewRows(hit: Hit, { theme, columns, rows }: SearchRoom): string[] {
	const count = Math.min(8, Math.floor(rows / 3));
	if (count < 2) return [];
	const text = wrapToColumns(excerptLine(hit.excerpt, { theme }), columns - 3);
	return [theme.dim('─'.repeat(columns - 1)), ...text.slice(0, count - 1).map((row) => `  ${row}`)];
}

function agentRows(
	{ agents, agentAt, hits, selected }: SearchState,
	{ theme, columns }: SearchRoom,
): string[] {
	const title = safeLine(hits[selected]?.title ?? '', 200);
	return [
		cutToColumns(`Who goes on with: ${title}`, columns - 1),
		...agents.map((agent, at) => {
			const own = agent === hits[selected]?.agent ? ' (its own conversation)' : '';
			const row = cutToColumns(`${at === agentAt ? '›' : ' '} ${agent}${own}`, columns - 1);
			return at === agentAt ? theme.bold(row) : row;
		}),
	];
}

function footText({ mode, hits, selected, hasMore }: SearchState, width: number): string {
	const count = hits.length === 0 ? '' : `${selected + 1} of ${hits.length}${hasMore ? '+' : ''} · `;
	const isNarrow = width < 60;
	switch (mode) {
		case 'find':
			return isNarrow
				? `${count}↓ rows · Enter opens · Esc`
				: `${count}type to search · ↓ to the rows · Enter opens · Esc leaves`;
		case 'list':
			return isNarrow
				? `${count}Enter opens · h goes on · Esc`
				: `${count}Enter opens · h goes on with it in an agent · Esc back to the query`;
		case 'read':
			return isNarrow
				? '↑ ↓ Space · h goes on · Esc'
				: '↑ ↓ Space scroll · h goes on with it in an agent · Esc back';
		case 'agents':
			return '↑ ↓ choose · Enter goes on · Esc back';
	}
}
