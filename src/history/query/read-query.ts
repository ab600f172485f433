/**
 * What people type into a search, read as a tree. `AND`, `OR` and `NOT` in capitals, `"phrases"`, `prefix*` and parentheses mean
 * something where they can; every other character is text, so no input is a mistake.
 */

/** Words to be found; several words in one text stand side by side, in this order. */
export interface Term {
	kind: 'text';
	/** Not empty, without control characters. */
	text: string;
	/** It was in quotes. */
	isPhrase: boolean;
	/** Its last word may go on. */
	isPrefix: boolean;
}

export type Query =
	| Term
	/** All of `of`, and none of `without`. Two parts or more. */
	| { kind: 'all'; of: readonly Query[]; without: readonly Query[] }
	/** At least one; two or more. */
	| { kind: 'any'; of: readonly Query[] };

export interface ReadQuery {
	/** null: nothing but blanks and marks. */
	query: Query | null;
	/** It was longer than a search can be, and its end was left out. */
	isCut: boolean;
}

/** SQLite takes 256 levels and joins; nobody types as much. */
const MAX_TERMS = 64;
const MAX_CHARS = 4_000;
const MAX_DEPTH = 40;

export function readQuery(typed: string): ReadQuery {
	const { marks, isCut } = readMarks(typed);
	const cursor: Cursor = { marks, at: 0 };
	const node = anyOf(cursor);
	return { query: node === null ? null : settled(node), isCut };
}

type Mark = { mark: 'open' } | { mark: 'close' } | { mark: 'term'; term: Term };

function readMarks(typed: string): { marks: Mark[]; isCut: boolean } {
	const text = typed.slice(0, MAX_CHARS).replace(/[\u0000-\u001f\u007f]/g, ' ');
	const marks: Mark[] = [];
	let [at, depth, terms] = [0, 0, 0];
	while (at < text.length && terms < MAX_TERMS) {
		const char = text.charAt(at);
		if (/\s/.test(char)) at++;
		else if (char === '(' && depth < MAX_DEPTH) {
			marks.push({ mark: 'open' });
			[depth, at] = [depth + 1, at + 1];
		} else if (char === ')' && depth > 0) {
			marks.push({ mark: 'close' });
			[depth, at] = [depth - 1, at + 1];
		} else {
			const { term, end } = char === '"' ? readPhrase(text, at) : readWord(text, at, depth > 0);
			if (term !== null) {
				marks.push({ mark: 'term', term });
				terms++;
			}
			at = end;
		}
	}
	return { marks, isCut: typed.length > MAX_CHARS || text.slice(at).trim() !== '' };
}

interface ReadTerm {
	/** null: there is nothing in it. */
	term: Term | null;
	end: number;
}

/** Up to the next quote, or to the end, as somebody is typing it. */
function readPhrase(text: string, start: number): ReadTerm {
	const quote = text.indexOf('"', start + 1);
	const close = quote < 0 ? text.length : quote;
	const isPrefix = text.charAt(close + 1) === '*';
	const words = text.slice(start + 1, close).trim();
	const term = words === '' ? null : ({ kind: 'text', text: words, isPhrase: true, isPrefix } as const);
	return { term, end: close + (isPrefix ? 2 : 1) };
}

/** `call(that)` is one word; a parenthesis too many ends it where a group is open. */
function readWord(text: string, start: number, isInGroup: boolean): ReadTerm {
	let [end, inner] = [start, 0];
	for (; end < text.length; end++) {
		const char = text.charAt(end);
		if (/\s/.test(char)) break;
		if (char === '(') inner++;
		if (char === ')' && inner === 0 && isInGroup) break;
		if (char === ')') inner--;
	}
	const word = text.slice(start, end);
	const bare = word.replace(/\*+$/, '');
	const isPrefix = bare !== word && /[\p{L}\p{N}]/u.test(bare);
	return { term: { kind: 'text', text: isPrefix ? bare : word, isPhrase: false, isPrefix }, end };
}

/** While it is being put together, also what only says what is not wanted. */
type Node = Query | { kind: 'not'; of: Query };

interface Cursor {
	marks: readonly Mark[];
	at: number;
}

function anyOf(cursor: Cursor): Node | null {
	const parts: Query[] = [];
	let last = allOf(cursor);
	while (isWord(cursor, 'OR')) {
		cursor.at++;
		if (last !== null) parts.push(settled(last));
		last = allOf(cursor);
	}
	if (parts.length === 0) return last;
	if (last !== null) parts.push(settled(last));
	const [first] = parts;
	return parts.length === 1 && first !== undefined ? first : { kind: 'any', of: parts };
}

function allOf(cursor: Cursor): Node | null {
	const of: Query[] = [];
	const without: Query[] = [];
	const take = (node: Node | null) => {
		if (node?.kind === 'not') without.push(node.of);
		else if (node !== null) of.push(node);
	};
	for (;;) {
		const mark = cursor.marks[cursor.at];
		if (mark === undefined || mark.mark === 'close') break;
		const isJoined = of.length + without.length > 0 && operandFollows(cursor);
		if (isJoined && isWord(cursor, 'OR')) break;
		if (isJoined && isWord(cursor, 'AND')) cursor.at++;
		take(one(cursor));
	}
	if (of.length === 0) return without.length === 0 ? null : { kind: 'not', of: either(without) };
	const [first] = of;
	return of.length === 1 && without.length === 0 && first !== undefined
		? first
		: { kind: 'all', of, without };
}

/** The cursor stands at an operand. */
function one(cursor: Cursor): Node | null {
	let isNegated = false;
	while (isWord(cursor, 'NOT') && operandFollows(cursor)) {
		isNegated = !isNegated;
		cursor.at++;
	}
	const mark = cursor.marks[cursor.at++];
	const node = mark?.mark === 'term' ? mark.term : inGroup(cursor);
	if (!isNegated || node === null) return node;
	return node.kind === 'not' ? node.of : { kind: 'not', of: node };
}

function inGroup(cursor: Cursor): Node | null {
	const node = anyOf(cursor);
	if (cursor.marks[cursor.at]?.mark === 'close') cursor.at++;
	return node;
}

function isWord({ marks, at }: Cursor, word: 'AND' | 'OR' | 'NOT'): boolean {
	const mark = marks[at];
	return mark?.mark === 'term' && !mark.term.isPhrase && !mark.term.isPrefix && mark.term.text === word;
}

const operandFollows = ({ marks, at }: Cursor): boolean => {
	const next = marks[at + 1];
	return next !== undefined && next.mark !== 'close';
};

const either = (parts: readonly Query[]): Query => {
	const [first] = parts;
	return parts.length === 1 && first !== undefined ? first : { kind: 'any', of: parts };
};

const NOT: Term = { kind: 'text', text: 'NOT', isPhrase: false, isPrefix: false };

/** A `NOT` with nothing to take away from is a word like others. */
const settled = (node: Node): Query =>
	node.kind === 'not' ? { kind: 'all', of: [NOT, node.of], without: [] } : node;
