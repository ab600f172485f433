/** The part of a message that shows why it was found, on one line, with the words that were looked for marked. */
import { safeText } from '../../core/text.ts';
import type { Query } from './read-query.ts';

export interface ExcerptPiece {
	/** Safe to show; the pieces of an excerpt joined are one line. */
	text: string;
	/** It is what was looked for. */
	isHit: boolean;
}

/** A word to be marked, folded. */
interface Wanted {
	word: string;
	isPrefix: boolean;
}

/** Longer messages are searched for hits up to here. */
const MAX_CHARS = 200_000;
const WORD = /[\p{L}\p{N}\p{M}]+/gu;
/** Letters of scripts that put no blanks between words. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u;

/** About `chars` characters around the place with the most of the words; from the beginning where none is found. */
export function excerptOf(message: string, query: Query | null, chars: number): ExcerptPiece[] {
	const text = safeText(message.slice(0, MAX_CHARS)).replace(/\s+/gu, ' ').trim();
	const hits = query === null ? [] : hitsIn(text, wantedBy(query));
	const from = beginOf(text, hits, chars);
	const end = text.length - from <= chars ? text.length : wordEnd(text, from + chars);
	const pieces: ExcerptPiece[] = [];
	const push = (start: number, stop: number, isHit: boolean) => {
		if (stop > start) pieces.push({ text: text.slice(start, stop), isHit });
	};
	let at = from;
	for (const hit of hits.filter(({ start, stop }) => start >= from && stop <= end)) {
		push(at, hit.start, false);
		push(hit.start, hit.stop, true);
		at = hit.stop;
	}
	push(at, end, false);
	return withEdges(pieces, from > 0, end < text.length || message.length > MAX_CHARS);
}

/** The words of what must be there or may be there, without those of `NOT`. */
export function wantedBy(query: Query): Wanted[] {
	if (query.kind !== 'text') return query.of.flatMap(wantedBy);
	const words = [...query.text.matchAll(WORD)].map(([word]) => fold(word));
	return words.map((word, at) => ({ word, isPrefix: query.isPrefix && at === words.length - 1 }));
}

/** Small letters without accents; of the same length in UTF-16 units only for what has no accents. */
const fold = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

interface Hit {
	start: number;
	stop: number;
	/** Which of the words. */
	wanted: number;
}

function hitsIn(text: string, wanted: readonly Wanted[]): Hit[] {
	const hits: Hit[] = [];
	const stems = wanted.map(({ word }) => stemOf(word));
	for (const match of text.matchAll(WORD)) {
		const [word] = match;
		const folded = fold(word);
		const at = wanted.findIndex((one, index) => isHit(folded, one, stems[index] ?? one.word));
		if (at < 0) continue;
		const start = match.index;
		const { word: part = '' } = wanted[at] ?? {};
		const within = folded.length === word.length ? folded.indexOf(part) : -1;
		const isWhole = within < 0 || !(UNSPACED.test(part) || within > 0);
		hits.push(
			isWhole
				? { start, stop: start + word.length, wanted: at }
				: { start: start + within, stop: start + within + part.length, wanted: at },
		);
	}
	return hits;
}

function isHit(word: string, { word: wanted, isPrefix }: Wanted, stem: string): boolean {
	if (word === wanted || (isPrefix && word.startsWith(wanted))) return true;
	if (stemOf(word) === stem) return true;
	return (wanted.length > 2 || UNSPACED.test(wanted)) && word.includes(wanted);
}

export const ENDINGS = '(?:ing|edly|ed|ies|es|s|ly|ions?|ers?|e|y)';

/** What English words share, roughly; the index decides what is found, this only what is marked. */
export function stemOf(word: string): string {
	if (word.length < 4) return word;
	return word.replace(new RegExp(`${ENDINGS}$`), '').replace(/([b-df-hj-np-tv-z])\1$/, '$1');
}

/** Where the window with the most different words begins, the first of them if there are several. */
function beginOf(text: string, hits: readonly Hit[], chars: number): number {
	let [best, bestCount, first] = [0, 0, 0];
	const seen = new Map<number, number>();
	for (let last = 0; last < hits.length; last++) {
		const { wanted, stop } = hits[last] ?? { wanted: 0, stop: 0 };
		seen.set(wanted, (seen.get(wanted) ?? 0) + 1);
		for (let hit = hits[first]; hit !== undefined && stop - hit.start > chars * 0.75; hit = hits[++first]) {
			const left = (seen.get(hit.wanted) ?? 1) - 1;
			if (left === 0) seen.delete(hit.wanted);
			else seen.set(hit.wanted, left);
		}
		if (seen.size > bestCount) [best, bestCount] = [hits[first]?.start ?? 0, seen.size];
	}
	if (bestCount === 0 || best < chars / 4) return 0;
	const from = Math.max(0, Math.min(best - Math.floor(chars / 4), text.length - chars));
	const blank = text.slice(from, best).search(/\s/);
	return blank < 0 ? wholeAt(text, from) : from + blank + 1;
}

function wordEnd(text: string, end: number): number {
	const blank = text.slice(Math.max(0, end - 24), end).search(/\s\S*$/);
	return blank <= 0 ? wholeAt(text, end) : Math.max(0, end - 24) + blank;
}

/** Not between the halves of a character. */
const wholeAt = (text: string, at: number): number => (/[\udc00-\udfff]/.test(text.charAt(at)) ? at - 1 : at);

function withEdges(
	pieces: readonly ExcerptPiece[],
	isCutBefore: boolean,
	isCutAfter: boolean,
): ExcerptPiece[] {
	const trimmed = pieces.map((piece, at) => {
		const start = at === 0 ? piece.text.trimStart() : piece.text;
		return { ...piece, text: at === pieces.length - 1 ? start.trimEnd() : start };
	});
	const dots = { text: '…', isHit: false };
	return [...(isCutBefore ? [dots] : []), ...trimmed, ...(isCutAfter ? [dots] : [])].filter(
		({ text }) => text !== '',
	);
}
