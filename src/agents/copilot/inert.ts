/** U+2060, a zero-width character: the CLI does not take it for white space. */
export const WORD_JOINER = '\u2060';

/**
 * The CLI inlines nothing (`@file`, `#1`, `!command` are plain text), but a prompt that begins with `/autopilot` or `/goal`,
 * white space before it allowed, goes on without end: 81 requests in 6 s (1.0.102). In text that the user did not type, a line
 * that begins so gets an invisible character after its slash, since any line may become the first.
 */
export function inertForCopilot(text: string): string {
	return text.replace(/^(\s*\/)(?=autopilot|goal)/gim, `$1${WORD_JOINER}`);
}
