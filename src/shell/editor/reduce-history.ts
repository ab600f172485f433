import { type EditState, type HistorySearch, withText } from './edit-state.ts';
import type { Key } from './keys.ts';
import { fold } from './paste/chips.ts';

/** One entry older (-1) or newer (1); past the newest the user's own draft comes back. */
export function moveInHistory(state: EditState, history: readonly string[], step: -1 | 1): EditState {
	const at = state.historyAt ?? history.length;
	const next = at + step;
	if (next < 0 || next > history.length || at === next) return state;
	const draft = state.historyAt === null ? state.text : state.draft;
	if (next === history.length) return { ...withText(state, draft), historyAt: null };
	const text = fold(history[next] ?? '', state.chips);
	return { ...withText(state, text), historyAt: next, draft };
}

export function startSearch(state: EditState): EditState {
	return {
		...state,
		search: { query: '', at: null, saved: { text: state.text, cursor: state.cursor } },
		last: 'other',
	};
}

/**
 * One key of an incremental search (Ctrl+R). Done with `key` set: the found text is taken over and the edit line
 * gets that key (Enter submits).
 */
export function reduceSearch(
	state: EditState,
	key: Key,
	history: readonly string[],
): { state: EditState; isDone: boolean; key: Key | null } {
	const { search } = state;
	if (!search) return { state, isDone: true, key };
	const stay = (next: HistorySearch) => ({ state: show(state, next, history), isDone: false, key: null });
	if (key.kind === 'text')
		return stay(find(history, search, search.query + key.text, search.at ?? history.length));
	if (key.kind === 'paste')
		return stay(find(history, search, search.query + key.text.split('\n')[0], history.length));
	if (key.ctrl && key.character === 'r')
		return stay(find(history, search, search.query, (search.at ?? 0) - 1));
	if (key.name === 'backspace') return stay(find(history, search, search.query.slice(0, -1), history.length));
	const isAbandoned = key.name === 'escape' || (key.ctrl && (key.character === 'g' || key.character === 'c'));
	if (isAbandoned) return { state: { ...state, ...search.saved, search: null }, isDone: true, key: null };
	return { state: { ...state, search: null, historyAt: null }, isDone: true, key };
}

function find(history: readonly string[], search: HistorySearch, query: string, from: number): HistorySearch {
	if (query === '') return { ...search, query, at: null };
	const wanted = query.toLowerCase();
	for (let at = Math.min(from, history.length - 1); at >= 0; at--) {
		if (history[at]?.toLowerCase().includes(wanted)) return { ...search, query, at };
	}
	return { ...search, query };
}

function show(state: EditState, search: HistorySearch, history: readonly string[]): EditState {
	const shown = search.at === null ? null : (history[search.at] ?? null);
	if (shown === null) return { ...state, ...search.saved, search };
	const at = shown.toLowerCase().indexOf(search.query.toLowerCase());
	return { ...state, text: shown, cursor: Math.max(0, at), search };
}
