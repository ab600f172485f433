/** What is taken of an agent's answer to `promptForWords`: its lines, and nothing of its form. Pure. */
import { safeLine } from '../../core/text.ts';
import { createRedactor } from '../../handoff/redact.ts';
import type { SessionNews } from '../facts/session-news.ts';
import { DECISIONS, NEXT, STATUS } from '../state/state-text.ts';
import { DONE } from './prompt-for-words.ts';

/** A model that was asked for 30 lines may count badly; one that writes pages did something else. */
const MAX_LINES = 60;
const MAX_BYTES = 12 * 1024;
const MAX_LINE_CHARS = 400;
/** Taken of each section. */
const MAX_ITEMS = 12;

/** `why`: the answer cannot be used, as the end of a sentence. */
export type Taken = { news: SessionNews } | { why: string };

/**
 * The news with the agent's words in place of those of the records; the line of the session stays. `secrets`: values of
 * secret-named variables. A session that did nothing has no summary, whatever is said.
 */
export function takeWords(
	answer: string,
	found: SessionNews,
	{ agent, secrets }: { agent: string; secrets: readonly string[] },
): Taken {
	if (Buffer.byteLength(answer) > MAX_BYTES || answer.split('\n').length > MAX_LINES)
		return { why: 'what it wrote is too long' };
	const redactor = createRedactor(secrets);
	const sections = sectionsOf(answer, (line) => redactor.record(line));
	const of = (title: string) => sections.get(title.toLowerCase()) ?? [];
	const [status, done] = [of(STATUS), of(DONE)];
	if (status.length === 0 || done.length === 0)
		return { why: 'what it wrote is not in the form that it was asked for' };
	const decisions = of(DECISIONS);
	return {
		news: {
			...found,
			news: { status, decisions, next: of(NEXT), session: found.news.session },
			segment:
				found.segment === null ? null : { ...found.segment, bullets: done, decisions, written_by: agent },
		},
	};
}

/** By title, in lower case. What stands before the first heading is talk. */
function sectionsOf(answer: string, redact: (line: string) => string): Map<string, string[]> {
	const sections = new Map<string, string[]>();
	let lines: string[] | null = null;
	for (const row of answer.split('\n')) {
		const title = /^#{1,6}\s+(.+?)[\s:#*]*$/.exec(row)?.[1]?.replaceAll('*', '').toLowerCase();
		if (title !== undefined) {
			lines = [];
			sections.set(title, lines);
			continue;
		}
		const item = safeLine(redact(row.replace(/^\s*(?:[-*+•]|\d+[.)])\s+/, '')), MAX_LINE_CHARS);
		if (lines !== null && lines.length < MAX_ITEMS && !SAYS_NOTHING.test(item)) lines.push(item);
	}
	return sections;
}

/** An empty line, the fence around an answer, and how models say that there is nothing. */
const SAYS_NOTHING = /^(?:|`{3,}\w*|-+|\(?(?:none|nothing|n\/a)\b[^a-z]*)$/i;
