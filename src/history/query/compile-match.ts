/** A query as FTS5 takes it, over the tokens that the index has (see `index/index-tables`). Pure. */
import { partsOf } from '../index/indexed-words.ts';
import type { Query, Term } from './read-query.ts';

/** Other words that a word stands for: those that it begins (`isPrefix`), or whatever else the caller wants to be found, too. */
export type Expand = (word: string, isPrefix: boolean) => readonly string[];

/** FTS5 reads a run of these as one token, and all else as what is between tokens. */
const TOKENS = /[\p{L}\p{N}\p{M}\p{Co}]+/gu;
/** As FTS5: a mark alone is no token. */
const SEARCHABLE = /[\p{L}\p{N}\p{Co}]/u;
/** Only the parts of a message have pairs of these. */
const UNSPACED =
	/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー]+/gu;

/** null: nothing in it is a word to the index. */
export function compileMatch(query: Query, expand: Expand = () => []): string | null {
	if (query.kind === 'text') return termMatch(query, expand);
	const of = compiled(query.of, expand);
	if (query.kind === 'any') return joined(of, 'OR');
	const wanted = joined(of, 'AND');
	const unwanted = joined(
		compiled(query.without, () => []),
		'OR',
	);
	return wanted === null || unwanted === null ? wanted : `(${wanted} NOT ${unwanted})`;
}

const compiled = (parts: readonly Query[], expand: Expand): string[] =>
	parts.flatMap((part) => compileMatch(part, expand) ?? []);

const joined = (parts: readonly string[], by: 'AND' | 'OR'): string | null => {
	const [first = null] = parts;
	return parts.length < 2 ? first : `(${parts.join(` ${by} `)})`;
};

function termMatch({ text, isPhrase, isPrefix }: Term, expand: Expand): string | null {
	const unspaced = [...text.matchAll(UNSPACED)].map(([run]) => run);
	const rest = unspaced.length === 0 ? text : text.replace(UNSPACED, ' ');
	const pieces = unspaced.map(pairsMatch);
	if (SEARCHABLE.test(rest)) pieces.push(wordsMatch(rest, { isPhrase, isPrefix }, expand));
	return joined(pieces, 'AND');
}

/** One character alone begins a pair, or is all there is. */
const pairsMatch = (run: string): string => (partsOf(run) === run ? `"${run}"*` : `"${partsOf(run)}"`);

function wordsMatch(
	text: string,
	{ isPhrase, isPrefix }: Pick<Term, 'isPhrase' | 'isPrefix'>,
	expand: Expand,
): string {
	const tokens = text.match(TOKENS) ?? [];
	const [only] = tokens;
	const others =
		isPhrase || tokens.length !== 1 || only === undefined
			? []
			: [...seams(only), ...expand(only.toLowerCase(), isPrefix).map(quoted)];
	return joined([`${quoted(tokens.join(' '))}${isPrefix ? '*' : ''}`, ...others], 'OR') ?? '';
}

/** `fooBar` is also written `foo_bar`. */
const seams = (word: string): string[] => {
	const parts = partsOf(word);
	return parts === '' ? [] : [quoted(parts)];
};

/** Tokens have no quotes in them. */
const quoted = (tokens: string): string => `"${tokens}"`;
