import { graphemesOf } from '../../ui/graphemes.ts';
import type { Chips } from './paste/chips.ts';

/** The text being edited. `cursor` is an offset in UTF-16 units that never splits what a reader sees as one character. */
interface Draft {
	readonly text: string;
	readonly cursor: number;
}

export interface HistorySearch {
	readonly query: string;
	/** Index into the history of what is shown; null: nothing matches. */
	readonly at: number | null;
	/** What comes back on Escape. */
	readonly saved: Draft;
}

export interface EditState extends Draft {
	/** What Ctrl+Y brings back. */
	readonly killed: string;
	/** What the last key did: kills in a row are joined, typed characters are undone together. */
	readonly last: 'insert' | 'kill' | 'vertical' | 'other';
	/** Column that Up and Down aim for. */
	readonly goalColumn: number;
	/** Index into the history; null: the user's own draft. */
	readonly historyAt: number | null;
	/** The draft that Down past the newest entry brings back. */
	readonly draft: string;
	readonly search: HistorySearch | null;
	/** Oldest first. */
	readonly undo: readonly Draft[];
	/** Long pastes, each of which stands in a text as one character. */
	readonly chips: Chips;
	/** Ctrl+X was pressed and waits for its second key. */
	readonly hasPrefix: boolean;
}

export const EMPTY_EDIT: EditState = {
	text: '',
	cursor: 0,
	killed: '',
	last: 'other',
	goalColumn: 0,
	historyAt: null,
	draft: '',
	search: null,
	undo: [],
	chips: [],
	hasPrefix: false,
};

/** A fresh line with `text`, the cursor at its end; what was killed is kept, and what stands for a paste. */
export function withText(state: EditState, text: string): EditState {
	const { killed, chips } = state;
	return { ...EMPTY_EDIT, killed, chips, text, cursor: text.length };
}

export function previousOffset(text: string, cursor: number): number {
	if (cursor <= 0) return 0;
	const start = text.lastIndexOf('\n', cursor - 2) + 1;
	const last = graphemesOf(text.slice(start, cursor)).at(-1) ?? '';
	return cursor - Math.max(1, last.length);
}

export function nextOffset(text: string, cursor: number): number {
	if (cursor >= text.length) return text.length;
	if (text.charAt(cursor) === '\n') return cursor + 1;
	const first = graphemesOf(text.slice(cursor, lineEnd(text, cursor)))[0] ?? '';
	return cursor + Math.max(1, first.length);
}

export function lineStart(text: string, cursor: number): number {
	return cursor === 0 ? 0 : text.lastIndexOf('\n', cursor - 1) + 1;
}

export function lineEnd(text: string, cursor: number): number {
	const end = text.indexOf('\n', cursor);
	return end < 0 ? text.length : end;
}

export function wordStart(text: string, cursor: number): number {
	return cursor - (/[\p{L}\p{N}_]*[^\p{L}\p{N}_]*$/u.exec(text.slice(0, cursor))?.[0].length ?? 0);
}

export function wordEnd(text: string, cursor: number): number {
	return cursor + (/^[^\p{L}\p{N}_]*[\p{L}\p{N}_]*/u.exec(text.slice(cursor))?.[0].length ?? 0);
}

/** As `wordStart`, where only white space ends a word (Ctrl+W). */
export function blankWordStart(text: string, cursor: number): number {
	return cursor - (/\S*\s*$/.exec(text.slice(0, cursor))?.[0].length ?? 0);
}
