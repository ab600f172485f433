/** Key -> state, pure. Whatever reaches outside (submit, interrupt, completion, …) is returned as an effect. */
import {
	blankWordStart,
	type EditState,
	lineEnd,
	lineStart,
	nextOffset,
	previousOffset,
	withText,
	wordEnd,
	wordStart,
} from './edit-state.ts';
import type { Key } from './keys.ts';
import { addChip, fold, foldedAt, isLong, unfold, withoutMarks } from './paste/chips.ts';
import { readPrompt } from './prompt-text.ts';
import { moveInHistory, reduceSearch, startSearch } from './reduce-history.ts';

export type EditEffect =
	| { type: 'submit'; prompt: string; typed: string }
	| { type: 'interrupt' }
	| { type: 'end_of_input' }
	| { type: 'suspend' }
	| { type: 'complete' }
	| { type: 'open_editor' }
	| { type: 'open_output' }
	| { type: 'clear_screen' }
	| { type: 'take_queued' };

export interface EditContext {
	/** Oldest first. */
	history: readonly string[];
	/** Prompts that wait; Up on an empty line takes the newest back. */
	queued: number;
}

export interface Reduced {
	state: EditState;
	effect: EditEffect | null;
}

type Press = Extract<Key, { kind: 'press' }>;
type Action = (state: EditState, context: EditContext) => Reduced;

const UNDO_DEPTH = 100;

export function reduceKey(state: EditState, key: Key, context: EditContext): Reduced {
	if (state.search) {
		const found = reduceSearch(state, key, context.history);
		if (found.isDone)
			return found.key === null ? only(found.state) : reduceKey(found.state, found.key, context);
		return only(found.state);
	}
	if (key.kind === 'text') return only(insert(state, withoutMarks(key.text), 'insert'));
	if (key.kind === 'paste') return only(paste(state, withoutMarks(key.text)));
	if (state.hasPrefix) {
		const rest = { ...state, hasPrefix: false };
		return key.ctrl && key.character === 'e' ? { state: rest, effect: { type: 'open_editor' } } : only(rest);
	}
	const action = ACTIONS[nameOf(key)];
	return action ? action(state, context) : only(state);
}

/** `ctrl+a`, `alt+b`, `left`, `ctrl+left`, `alt+enter`; shift is named only for enter and tab. */
function nameOf(key: Press): string {
	const base = key.name === 'character' ? key.character : key.name;
	const shift = key.shift && (key.name === 'enter' || key.name === 'tab') ? 'shift+' : '';
	return `${key.ctrl ? 'ctrl+' : ''}${key.alt ? 'alt+' : ''}${shift}${base}`;
}

const only = (state: EditState): Reduced => ({ state, effect: null });
const effect =
	(type: Exclude<EditEffect['type'], 'submit'>): Action =>
	(state) => ({ state: { ...state, last: 'other' }, effect: { type } });
const move =
	(to: (text: string, cursor: number) => number): Action =>
	(state) =>
		only({ ...state, cursor: to(state.text, state.cursor), last: 'other' });
const kill =
	(to: (text: string, cursor: number) => number): Action =>
	(state) =>
		only(killTo(state, to(state.text, state.cursor)));
const erase =
	(to: (text: string, cursor: number) => number): Action =>
	(state) => {
		const target = to(state.text, state.cursor);
		return only(replace(state, Math.min(target, state.cursor), Math.max(target, state.cursor), '', 'other'));
	};
const newline: Action = (state) => only(insert(state, '\n', 'other'));
const lineUp: Action = (state, context) => moveVertically(state, context, -1);
const lineDown: Action = (state, context) => moveVertically(state, context, 1);
const killToLineEnd = (text: string, cursor: number) =>
	text.charAt(cursor) === '\n' ? cursor + 1 : lineEnd(text, cursor);

const ACTIONS: Readonly<Record<string, Action>> = {
	enter: submit,
	'alt+enter': newline,
	'shift+enter': newline,
	'ctrl+enter': newline,
	'ctrl+j': lineFeed,
	'ctrl+alt+j': newline,
	tab: effect('complete'),
	backspace: erase(previousOffset),
	'ctrl+h': erase(previousOffset),
	delete: erase(nextOffset),
	'ctrl+d': (state) =>
		state.text === '' ? effect('end_of_input')(state, NO_CONTEXT) : erase(nextOffset)(state, NO_CONTEXT),
	left: move(previousOffset),
	'ctrl+b': move(previousOffset),
	right: move(nextOffset),
	'ctrl+f': move(nextOffset),
	'ctrl+left': move(wordStart),
	'alt+left': move(wordStart),
	'alt+b': move(wordStart),
	'ctrl+right': move(wordEnd),
	'alt+right': move(wordEnd),
	'alt+f': move(wordEnd),
	home: move(lineStart),
	'ctrl+a': move(lineStart),
	end: move(lineEnd),
	'ctrl+e': move(lineEnd),
	'ctrl+home': move(() => 0),
	'ctrl+end': move((text) => text.length),
	up: lineUp,
	down: lineDown,
	'ctrl+p': lineUp,
	'ctrl+n': lineDown,
	'ctrl+k': kill(killToLineEnd),
	'ctrl+u': kill(lineStart),
	'ctrl+w': kill(blankWordStart),
	'alt+backspace': kill(wordStart),
	'ctrl+backspace': kill(wordStart),
	'alt+d': kill(wordEnd),
	'ctrl+delete': kill(wordEnd),
	'ctrl+y': (state) => only(insert(state, state.killed, 'other')),
	'ctrl+t': (state) => only(transpose(state)),
	'ctrl+_': (state) => only(undo(state)),
	'ctrl+r': (state) => only(startSearch(state)),
	// What Ctrl+C keeps is kept: undo does not take it.
	'ctrl+c': (state) => ({ state: { ...state, undo: [], last: 'other' }, effect: { type: 'interrupt' } }),
	'ctrl+z': effect('suspend'),
	'ctrl+l': effect('clear_screen'),
	// Where the line holds no paste, it is for what a command printed.
	'ctrl+o': (state) => {
		const toggled = toggleChips(state);
		return toggled === state ? { state, effect: { type: 'open_output' } } : only(toggled);
	},
	'ctrl+x': (state) => only({ ...state, hasPrefix: true }),
};

const NO_CONTEXT: EditContext = { history: [], queued: 0 };

function submit(state: EditState): Reduced {
	const read = readPrompt(state.text);
	if (read.isComplete) {
		const [prompt, typed] = [read.prompt, state.text].map((text) => unfold(text, state.chips));
		return {
			state: withText(state, ''),
			effect: { type: 'submit', prompt: prompt ?? '', typed: typed ?? '' },
		};
	}
	const text = `${read.text}\n`;
	return only({ ...state, text, cursor: text.length, last: 'other', undo: remember(state) });
}

/** A prompt does not begin with an empty row. */
function lineFeed(state: EditState): Reduced {
	return only(state.text === '' ? state : insert(state, '\n', 'other'));
}

function insert(state: EditState, text: string, kind: 'insert' | 'other'): EditState {
	return replace(state, state.cursor, state.cursor, text, kind);
}

/** A long one stands on the line as one character. */
function paste(state: EditState, text: string): EditState {
	const added = isLong(text) ? addChip(state.chips, text, textsOf(state)) : null;
	if (added === null) return insert(state, text, 'other');
	return insert({ ...state, chips: added.chips }, added.mark, 'other');
}

/** Every text in which a chip may still stand. */
const textsOf = ({ text, killed, draft, undo }: EditState) => [
	text,
	killed,
	draft,
	...undo.map((before) => before.text),
];

/** Shows what was pasted, or makes chips of it again. */
function toggleChips(state: EditState): EditState {
	const { text, cursor, chips } = state;
	const open = unfold(text, chips);
	const next = open === text ? fold(text, chips) : open;
	if (next === text) return state;
	const at = open === text ? foldedAt(next, cursor, chips) : unfold(text.slice(0, cursor), chips).length;
	return { ...state, text: next, cursor: at, last: 'other', undo: remember(state) };
}

function killTo(state: EditState, target: number): EditState {
	const from = Math.min(target, state.cursor);
	const to = Math.max(target, state.cursor);
	const gone = state.text.slice(from, to);
	if (gone === '') return state;
	const before = state.last === 'kill' ? state.killed : '';
	const killed = target < state.cursor ? gone + before : before + gone;
	return { ...replace(state, from, to, '', 'other'), killed, last: 'kill' };
}

function replace(
	state: EditState,
	from: number,
	to: number,
	text: string,
	last: 'insert' | 'other',
): EditState {
	if (from === to && text === '') return state;
	return {
		...state,
		text: state.text.slice(0, from) + text + state.text.slice(to),
		cursor: from + text.length,
		last,
		undo: last === 'insert' && state.last === 'insert' ? state.undo : remember(state),
	};
}

function remember(state: EditState): EditState['undo'] {
	return [...state.undo.slice(1 - UNDO_DEPTH), { text: state.text, cursor: state.cursor }];
}

function undo(state: EditState): EditState {
	const last = state.undo.at(-1);
	return last ? { ...state, ...last, undo: state.undo.slice(0, -1), last: 'other' } : state;
}

function transpose(state: EditState): EditState {
	const { text } = state;
	const second =
		nextOffset(text, state.cursor) > lineEnd(text, state.cursor) || state.cursor === text.length
			? previousOffset(text, state.cursor)
			: state.cursor;
	const first = previousOffset(text, second);
	if (first === second || second < lineStart(text, state.cursor)) return state;
	const end = nextOffset(text, second);
	return replace(state, first, end, text.slice(second, end) + text.slice(first, second), 'other');
}

/** Within a text of several lines Up and Down move the cursor; past its edge they walk the history. */
function moveVertically(state: EditState, context: EditContext, step: -1 | 1): Reduced {
	if (step < 0 && state.text === '' && state.historyAt === null && context.queued > 0) {
		return { state, effect: { type: 'take_queued' } };
	}
	const start = lineStart(state.text, state.cursor);
	const goalColumn = state.last === 'vertical' ? state.goalColumn : state.cursor - start;
	if (step < 0 && start > 0) return only(toLine(state, lineStart(state.text, start - 1), goalColumn));
	const end = lineEnd(state.text, state.cursor);
	if (step > 0 && end < state.text.length) return only(toLine(state, end + 1, goalColumn));
	return only(moveInHistory(state, context.history, step));
}

function toLine(state: EditState, start: number, goalColumn: number): EditState {
	const cursor = Math.min(start + goalColumn, lineEnd(state.text, start));
	return { ...state, cursor: wholeOffset(state.text, start, cursor), goalColumn, last: 'vertical' };
}

/** The last character border at or before `cursor`. */
function wholeOffset(text: string, start: number, cursor: number): number {
	let at = start;
	for (let next = at; next <= cursor; next = nextOffset(text, at)) {
		at = next;
		if (at >= text.length) break;
	}
	return at;
}
