/** What Tab offers, and how an offer changes the text. */
import { type EditState, withText } from './edit-state.ts';

export interface Completion {
	/** Start of the word that the candidates replace. */
	from: number;
	candidates: readonly Candidate[];
}

export interface Candidate {
	value: string;
	/** A few words for the list. */
	hint?: string;
	/** More will be typed right after it (a folder): no blank follows. */
	isOpen?: boolean;
}

export type Complete = (text: string, cursor: number) => Promise<Completion>;

/** Inserts the only candidate or the common start of all. `offered` is what to list when the choice is still open. */
export function applyCompletion(
	state: EditState,
	{ from, candidates }: Completion,
): { state: EditState; offered: readonly Candidate[] } {
	const typed = state.text.slice(from, state.cursor);
	const fitting = candidates.filter(({ value }) => value.startsWith(typed));
	const [first] = fitting;
	if (first === undefined) return { state, offered: [] };
	const isOnly = fitting.length === 1;
	const rest = state.text.slice(state.cursor);
	const end = isOnly && !first.isOpen && !rest.startsWith(' ') ? ' ' : '';
	const insert = isOnly ? first.value + end : commonStart(fitting.map(({ value }) => value));
	const text = state.text.slice(0, from) + insert + rest;
	const next = { ...withText(state, text), cursor: from + insert.length };
	return { state: insert === typed ? state : next, offered: isOnly ? [] : fitting };
}

function commonStart(values: readonly string[]): string {
	const [first = '', ...others] = values;
	let length = first.length;
	for (const value of others) {
		while (!value.startsWith(first.slice(0, length))) length--;
	}
	const start = first.slice(0, length);
	return /[\ud800-\udbff]$/.test(start) ? start.slice(0, -1) : start;
}
