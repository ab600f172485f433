/**
 * Ranks messages with words that stand in a thousand messages and more. BM25 counts every message of the index that has such a word, only
 * to find that the word says nothing; here the candidates alone are counted.
 */
import { ENDINGS, stemOf } from '../found-excerpt.ts';
import type { Query, Term } from '../read-query.ts';

/** What a message is ranked by. */
export interface Candidate {
	id: number;
	text: string;
	parts: string;
	/** By who said it and when; above zero. */
	weight: number;
}

/** The parameters of BM25, as SQLite has them. */
const K1 = 1.2;
const B = 0.75;
/** What SQLite takes for the weight of a word that most messages have. */
const LEAST_WEIGHT = 1e-6;

/** Ids, the best first; of equally good ones the newer. */
export function rankCommon(candidates: readonly Candidate[], query: Query, limit: number): number[] {
	const patterns = termsOf(query).map(patternOf);
	const counts = candidates.map(({ text, parts }) =>
		patterns.map((pattern) => countOf(text, pattern) + countOf(parts, pattern) / 2),
	);
	const weights = patterns.map((_, at) => {
		const having = counts.filter((own) => (own[at] ?? 0) > 0).length;
		return Math.max(LEAST_WEIGHT, Math.log((candidates.length - having + 0.5) / (having + 0.5)));
	});
	const average = candidates.reduce((sum, { text }) => sum + text.length, 1) / candidates.length;
	const scored = candidates.map(({ id, text, weight }, nth) => {
		const length = K1 * (1 - B + (B * text.length) / average);
		const score = (counts[nth] ?? []).reduce(
			(sum, count, at) => sum + ((weights[at] ?? 0) * count * (K1 + 1)) / (count + length),
			0,
		);
		return { id, score: score * weight };
	});
	scored.sort((a, b) => b.score - a.score || b.id - a.id);
	return scored.slice(0, limit).map(({ id }) => id);
}

/** Finds the words that a prefix begins; null: it is not one word in letters and digits of scripts with spaces. */
export function prefixPattern(query: Query): RegExp | null {
	if (query.kind !== 'text' || !query.isPrefix || query.isPhrase) return null;
	return /^[a-z0-9]+$/i.test(query.text) ? patternOf(query) : null;
}

/** Those that must be there or may be there. */
const termsOf = (query: Query): Term[] => (query.kind === 'text' ? [query] : query.of.flatMap(termsOf));

const WORDS = /[\p{L}\p{N}\p{M}]+/gu;

/** The words come first, so that what is before and behind them is looked at only where they are. */
function patternOf({ text, isPrefix }: Term): RegExp {
	const words = text.toLowerCase().match(WORDS) ?? [];
	const isAscii = /^[\0-\x7f]*$/.test(text);
	const letter = isAscii ? 'A-Za-z0-9' : '\\p{L}\\p{N}';
	const forms = words.map((word, at) => (isPrefix && at === words.length - 1 ? word : formsOf(word)));
	const phrase = forms.join(`[^${letter}]+`);
	const end = isPrefix ? '' : `(?![${letter}])`;
	return new RegExp(`${phrase}(?<![${letter}]${phrase})${end}`, isAscii ? 'gi' : 'giu');
}

/** `runs` and `running` for `run`. */
function formsOf(word: string): string {
	const stem = stemOf(word);
	return word.length < 4 ? word : `${stem}${stem.slice(-1)}?${ENDINGS}?`;
}

function countOf(text: string, pattern: RegExp): number {
	if (text === '') return 0;
	let count = 0;
	pattern.lastIndex = 0;
	while (pattern.exec(text) !== null) count++;
	return count;
}
