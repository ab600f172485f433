/**
 * Tells which of many short texts stand in a long one. Each search for one is a pass over the long text, so first it is found out in
 * few passes which can be there.
 */
export function hintSearch(hints: readonly string[]): (text: string) => (hint: string) => boolean {
	const signOf = new Map(hints.map((hint) => [hint, /[^a-z0-9]/.exec(hint)?.[0] ?? null]));
	const signs = [...new Set(signOf.values())].filter((sign) => sign !== null);
	const words = [...signOf].flatMap(([hint, sign]) => (sign === null ? [hint] : []));
	const anyWord = words.length === 0 ? /(?!)/ : new RegExp(words.join('|'));
	return (text) => {
		const lower = text.toLowerCase();
		const there = new Set<string | null>(signs.filter((sign) => lower.includes(sign)));
		if (anyWord.test(lower)) there.add(null);
		return (hint) => there.has(signOf.get(hint) ?? null) && lower.includes(hint);
	};
}
