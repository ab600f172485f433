/** What an event keeps of a tool's output: 4 KiB of head and 12 KiB of tail (errors stand at the end). */
const HEAD_CHARS = 4 * 1024;
const TAIL_CHARS = 12 * 1024;

/** Head and tail of a tool's output with the cut announced between them; short output is returned as it is. */
export function excerptOutput(output: string): string {
	if (output.length <= HEAD_CHARS + TAIL_CHARS) return output;
	const left = output.length - HEAD_CHARS - TAIL_CHARS;
	return `${output.slice(0, HEAD_CHARS)}\n[… ${left} characters left out …]\n${output.slice(-TAIL_CHARS)}`;
}

/** At most 500 characters in one line, for titles and for the evidence of a limit. */
export function excerptLine(text: string, maxChars = 500): string {
	const line = text.replace(/\s+/g, ' ').trim();
	return line.length <= maxChars ? line : `${line.slice(0, maxChars - 1)}…`;
}
