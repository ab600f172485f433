/** What the user may have meant, where nothing was found. */
import { editDistance } from '../../config/nearest-name.ts';
import type { IndexDatabase } from '../index/open-index.ts';
import { wantedBy } from './found-excerpt.ts';
import type { Query } from './read-query.ts';

/** Words that have to be looked at to find a near one. */
const MAX_LOOKED_AT = 4_000;
const MIN_WORD = 3;

/** `typed` with each word that the index does not know replaced by the nearest that it knows; null: there is none. */
export function suggestQuery(db: IndexDatabase, typed: string, query: Query): string | null {
	let suggested = typed;
	for (const { word, isPrefix } of wantedBy(query)) {
		if (isPrefix || [...word].length < MIN_WORD || isKnown(db, word)) continue;
		const near = nearestWord(db, word);
		if (near === null) return null;
		suggested = suggested.replace(new RegExp(`(?<![\\p{L}\\p{N}])${word}(?![\\p{L}\\p{N}])`, 'giu'), near);
	}
	return suggested === typed ? null : suggested;
}

const isKnown = (db: IndexDatabase, word: string): boolean =>
	db.prepare('select 1 from message_fts where message_fts match ? limit 1').get(`"${word}"`) !== undefined;

/** Among equally near ones the word of most messages. */
function nearestWord(db: IndexDatabase, word: string): string | null {
	const most = word.length < 5 ? 1 : 2;
	const near = alikeIn(db, word)
		.map((other) => ({ other, edits: editDistance(word, other) }))
		.filter(({ edits }) => edits <= most)
		.sort((a, b) => a.edits - b.edits);
	const [best] = near;
	const ties = near.filter(({ edits }) => edits === best?.edits).slice(0, MAX_TIES);
	const counted = ties.map(({ other }) => ({ other, count: messagesWith(db, other) }));
	return counted.sort((a, b) => b.count - a.count).find(({ count }) => count > 0)?.other ?? null;
}

const MAX_TIES = 8;

/** Words of about that length that share three characters in a row with it. */
function alikeIn(db: IndexDatabase, word: string): string[] {
	const characters = [...word];
	const threes = characters
		.slice(2)
		.map((_, at) => `"${characters.slice(at, at + 3).join('')}"`)
		.concat(swapsOf(characters));
	const rows = db
		.prepare(
			'select w.word from word_fts f join words w on w.id = f.rowid where word_fts match ? and length(w.word) between ? and ? limit ?',
		)
		.all([...new Set(threes)].join(' OR '), characters.length - 2, characters.length + 2, MAX_LOOKED_AT);
	return rows.map((row) => (row as { word: string }).word);
}

/** Neighbours that changed places leave a short word without any three of its own. */
const swapsOf = (characters: readonly string[]): string[] =>
	characters.slice(1).flatMap((second, at) => {
		const swapped = [...characters];
		swapped.splice(at, 2, second, characters[at] ?? '');
		return swapped.slice(2).map((_, from) => `"${swapped.slice(from, from + 3).join('')}"`);
	});

const messagesWith = (db: IndexDatabase, word: string): number => {
	const row = db
		.prepare('select count(*) as count from (select 1 from message_fts where message_fts match ? limit 1000)')
		.get(`"${word}"`);
	return (row as { count: number }).count;
};
