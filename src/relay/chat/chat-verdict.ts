/** The verdict of a message: its last line, which says whether the speaker is done. */

export type Verdict = 'done' | 'continue';

/** Accepts styles around the words, but no other word on the line. */
const VERDICT_LINE =
	/^ {0,3}[*_`]{0,4}RELAY ?:[*_`]{0,4} {0,3}[*_`]{0,4}(DONE|CONTINUE)[*_`]{0,4}[.!]?[*_`]{0,4}$/i;
/** No verdict line is longer; longer lines are not examined. */
const MAX_LINE_CHARS = 80;
const FENCE = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})(.*)$/;

/**
 * The verdict in the last line that is not empty; null when that line says something else, is quoted or is in a code block. Words
 * anywhere else in the message never count.
 */
export function readVerdict(message: string): Verdict | null {
	const { line, before } = lastLine(message);
	if (line.length > MAX_LINE_CHARS || line.includes('```')) return null;
	const [, word] = VERDICT_LINE.exec(line) ?? [];
	if (word === undefined || endsInFence(before)) return null;
	return word.toUpperCase() === 'DONE' ? 'done' : 'continue';
}

/** The message without its verdict line. */
export function withoutVerdict(message: string): string {
	return readVerdict(message) === null ? message.trimEnd() : lastLine(message).before.trimEnd();
}

function lastLine(message: string): { line: string; before: string } {
	const text = message.trimEnd();
	const at = text.lastIndexOf('\n') + 1;
	return { line: text.slice(at), before: text.slice(0, at) };
}

/** True if a code block is open at the end of `text`. */
function endsInFence(text: string): boolean {
	let open: string | null = null;
	for (const line of text.split('\n')) {
		const [, mark, rest] = FENCE.exec(line.replace(/\r$/, '')) ?? [];
		if (mark === undefined) continue;
		if (open === null) open = mark;
		else if (mark.startsWith(open) && rest?.trim() === '') open = null;
	}
	return open !== null;
}
