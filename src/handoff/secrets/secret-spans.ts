/**
 * The places of secrets in one text. One rule's secret may hold the name that another rule relies on, so all rules search before
 * anything is removed.
 */
export interface SecretSpan {
	start: number;
	end: number;
	/** The kind of secret named in its place. */
	kind: string;
}

/**
 * `text` with one mark for everything that overlaps, named after the span that begins first; of equal ones, the first in the list.
 */
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
