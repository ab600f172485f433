/** Sentences of an agent's last words that state a decision, by the words that people and models mark one with. */
export function decisionsIn(text: string): string[] {
	const prose = text.replace(/```[\s\S]*?(?:```|$)/g, '\n');
	const found: string[] = [];
	for (const line of prose.split('\n')) {
		const sentences = line.replace(/^\s*(?:[-*+]|\d+[.)]|#+|>)\s+/, '').split(/(?<=[.!;])\s+/);
		for (const sentence of sentences) {
			const bare = sentence.replace(/\*\*|__/g, '').trim();
			if (bare.length >= MIN_CHARS && MARKS.test(bare) && !found.includes(bare)) found.push(bare);
			if (found.length === MOST) return found;
		}
	}
	return found;
}

const MIN_CHARS = 12;
const MOST = 4;
const MARKS =
	/^decision\b|\b(?:decided (?:to|on|against|that)|we (?:chose|agreed)|I (?:chose|opted)|opted for|chose to|settled on|going with|instead of|rather than|will not be|won't be)\b/i;
