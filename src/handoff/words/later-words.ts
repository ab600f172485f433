import type { UserEntry } from './user-words.ts';

const RUN = 4;

/**
 * Records repeat the user's words, including overruled ones. If recorded text in the packet contains a run of four words of an
 * earlier prompt, the prompts after it are worth repeating at the end, so that the later word is also the last one read. Returns
 * the entries to repeat, in order: all later ones or, if they exceed `maxBytes`, those about the same things, newest first.
 */
export function wordsToRepeat(
	entries: readonly UserEntry[],
	recorded: string,
	maxBytes: number,
): UserEntry[] {
	const text = ` ${foldWords(recorded).join(' ')} `;
	const echoed = entries.map((entry) => echoedWords(foldWords(entry.text), text));
	const first = echoed.findIndex((words) => words.size > 0);
	if (first < 0 || first === entries.length - 1) return [];
	const later = entries.slice(first + 1);
	if (sizeOf(later) <= maxBytes) return later;
	const topics = new Set(echoed.flatMap((words) => [...words]).filter((word) => word.length >= 4));
	const kept = new Set<UserEntry>();
	let left = maxBytes;
	const isRelated = (entry: UserEntry) => foldWords(entry.text).some((word) => topics.has(word));
	for (const entry of later.toReversed().sort((a, b) => Number(isRelated(b)) - Number(isRelated(a)))) {
		const size = sizeOf([entry]);
		if (size > left) continue;
		left -= size;
		kept.add(entry);
	}
	return later.filter((entry) => kept.has(entry));
}

const sizeOf = (entries: readonly UserEntry[]) =>
	entries.reduce((sum, { text, label }) => sum + Buffer.byteLength(text) + Buffer.byteLength(label) + 50, 0);

function echoedWords(words: readonly string[], text: string): Set<string> {
	const found = new Set<string>();
	for (let at = 0; at + RUN <= words.length; at++) {
		const length = words.slice(at, at + RUN).some(isSign) ? 2 * RUN : RUN;
		const run = words.slice(at, at + length);
		if (run.length === length && isSignificant(run) && text.includes(` ${run.join(' ')} `))
			for (const word of run) found.add(word);
	}
	return found;
}

/** A run of little words and numbers proves nothing. */
const isSignificant = (run: readonly string[]) =>
	run.some(isSign) || run.filter((word) => /\p{L}{4}/u.test(word)).length >= 2;

const isSign = (word: string) => /^[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]$/.test(word);

/** Words in lower case; each character of a script without spaces is a word. */
const foldWords = (text: string) =>
	text
		.toLowerCase()
		.match(
			/[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]|[\p{L}\p{N}_]+?(?=[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]|[^\p{L}\p{N}_]|$)/gu,
		) ?? [];
