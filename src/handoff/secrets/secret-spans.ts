/**
 * Where secrets lie in one and the same text. What one rule takes out may hold the name that another one goes by, so all look
 * before anything is taken out.
 */
export interface SecretSpan {
	start: number;
	end: number;
	/** What is said in its place. */
	kind: string;
}

/** `text` with one mark for all that overlaps, by the kind of what begins first; of equals the first in the list. */
export function withoutSpans(
	text: string,
	spans: readonly SecretSpan[],
	mark: (kind: string) => string,
): string {
	let out = '';
	let from = 0;
	for (const { start, end, kind } of [...spans].sort((a, b) => a.start - b.start)) {
		if (end <= from) continue;
		if (start >= from) out += text.slice(from, start) + mark(kind);
		from = end;
	}
	return out + text.slice(from);
}
