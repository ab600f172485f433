/** The properties of a sentence by itself, independent of its position. */
export interface Features {
	/** Without case, punctuation and numbers: equal when the same thing is said again. */
	shape: string;
	/** Its significant words, each once. */
	words: string[];
	/** 0 to 2: how many names, numbers and pieces of code it contains. */
	specificity: number;
}

const TOKEN = /[\p{L}\p{N}_']+/gu;
const SIGNS = /[\u3040-\u30ff\u4e00-\u9fff]/;

export function featuresOf(text: string): Features {
	const tokens = text.toLowerCase().replaceAll('’', "'").match(TOKEN) ?? [];
	return {
		shape: tokens.join(' ').replace(/\d+/g, '#'),
		words: [...new Set(significantWords(tokens))],
		specificity: specificityOf(text),
	};
}

/**
 * Beginnings of lower-case words of four letters and more, so that forms of one word are equal; pairs of characters in scripts
 * without spaces.
 */
export function wordsOf(text: string): Set<string> {
	return new Set(significantWords(text.toLowerCase().match(TOKEN) ?? []));
}

function significantWords(tokens: readonly string[]): string[] {
	return tokens.flatMap((token) =>
		SIGNS.test(token)
			? pairs(token)
			: token.length >= 4 || /^\p{L}+\d|\d\p{L}/u.test(token)
				? [stemOf(token)]
				: [],
	);
}

/** No grammar: the part that forms of a word share in most languages with an alphabet. */
const stemOf = (word: string) =>
	word.length > 6 ? word.slice(0, 6) : word.length > 4 ? word.replace(/s$/, '') : word;

const pairs = (word: string) => Array.from({ length: word.length - 1 }, (_, i) => word.slice(i, i + 2));

// Code spans, paths and file names, camelCase and snake_case, numbers with meaning, quoted words.
const SPECIFIC = [
	/`[^`]+`/g,
	/[\w.-]+\/[\w./-]+|\b[\w-]+\.[a-z]{1,5}\b/gi,
	/\b[a-z]+[A-Z]\w*|\b\w+_\w+|\b\w+\(\)|\B--?[a-z][\w-]+|\b[A-Z]{2,}\b/g,
	/\d+/g,
	/["“„«][^"”“»]+["”“»]/g,
];

function specificityOf(text: string): number {
	let score = 0;
	for (const pattern of SPECIFIC) score += Math.min(1, 0.7 * (text.match(pattern)?.length ?? 0));
	return Math.min(score, 2);
}
