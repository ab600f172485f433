/**
 * Decides when a typed text is a whole prompt. `\` at the end of a line continues it; `"""` alone opens a block that ends with
 * a line that ends with `"""`. The edit line and a pipe follow the same rules.
 */

const QUOTES = '"""';

export type PromptText = { isComplete: true; prompt: string } | { isComplete: false; text: string };

/** `text`: everything typed so far, lines joined by `\n`. An incomplete text needs a newline and more after it. */
export function readPrompt(text: string): PromptText {
	const opened = text.trimStart();
	if (opened.startsWith(QUOTES)) return readBlock(text, opened.slice(QUOTES.length));
	if (/(?:^|[^\\])(?:\\\\)*\\$/.test(text)) return { isComplete: false, text: text.slice(0, -1) };
	return { isComplete: true, prompt: text };
}

function readBlock(text: string, body: string): PromptText {
	const ended = body.trimEnd();
	if (!ended.endsWith(QUOTES)) return { isComplete: false, text };
	return {
		isComplete: true,
		prompt: ended
			.slice(0, -QUOTES.length)
			.replace(/^[ \t]*\n/, '')
			.replace(/\n[ \t]*$/, ''),
	};
}
