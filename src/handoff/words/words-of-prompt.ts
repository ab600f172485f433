import { fenceRelay, fenceUser } from '../fence.ts';

/**
 * The user's words in a prompt as it was sent, if no state says which bytes they are: the whole of a bare prompt, the text after a
 * note, or the last fence of a packet. null when uncertain. Marks count only with the digest of their content.
 */
export function wordsOfPrompt(sent: string): string | null {
	const note = NOTE.exec(sent);
	if (note !== null) return fenceRelay(note[2] ?? '') === note[1] ? sent.slice(note[0].length) : null;
	if (!MARK.test(sent)) return withoutGuard(sent);
	const mark = LAST.exec(sent)?.[1];
	if (mark === undefined) return null;
	for (let at = sent.indexOf(`<${mark}>\n`); at >= 0; at = sent.indexOf(`<${mark}>\n`, at + 1)) {
		const words = sent.slice(at + mark.length + 3, -(mark.length + 5));
		if (fenceUser(words) === sent.slice(at)) return words;
	}
	return null;
}

const NOTE = /^(<relay-[0-9a-f]{8}>\n(.*?\n)<\/relay-[0-9a-f]{8}>\n)\n/s;
const LAST = /\n<\/(user-[0-9a-f]{8})>\n$/;
const MARK = /^<(?:user|record|relay)-[0-9a-f]{8}>$/m;

/** Removes the blank before words that a CLI would take for a command or an option of its own. */
const withoutGuard = (sent: string) => (/^ [/-]/.test(sent) ? sent.slice(1) : sent);
