/**
 * `state.md`: what a line of work stands at, in four sections that people and agents write and the relay keeps up to date. Pure:
 * text in, text out. Sections that it does not know are somebody's own, and stay.
 */
import { RelayError } from '../../core/errors.ts';

export const MAX_STATE_LINES = 80;
/** A state goes with every first prompt. @internal For tests: they go past it. */
export const MAX_STATE_BYTES = 16 * 1024;
const MAX_LINE_CHARS = 400;

export const STATUS = 'Current status';
export const DECISIONS = 'Key decisions';
export const NEXT = 'Next steps';
const SESSIONS = 'Recent sessions';

/** What a session adds. Each text is one line. */
export interface StateNews {
	/** In place of the present ones; null: they stay. */
	status: readonly string[] | null;
	/** Behind the present ones. */
	decisions: readonly string[];
	/** In place of the present ones; null: they stay. */
	next: readonly string[] | null;
	/** First of the recent sessions, in place of an earlier line that begins with the same `key`. */
	session: { key: string; text: string } | null;
}

interface Section {
	title: string;
	lines: readonly string[];
}

interface StateText {
	/** Before the first section. */
	head: readonly string[];
	sections: readonly Section[];
}

export function firstState(name: string, description: string): string {
	return render({
		head: [`# ${name}`, '', oneLine(description)],
		sections: [
			{ title: STATUS, lines: ['- Not started yet.'] },
			{ title: DECISIONS, lines: [] },
			{ title: NEXT, lines: [] },
			{ title: SESSIONS, lines: [] },
		],
	});
}

/** The state with the news in it, trimmed to the bounds from the least important section. */
export function updatedState(before: string, news: StateNews): string {
	const state = parse(before);
	const list = (items: readonly string[]) => items.map((item) => `- ${oneLine(item)}`);
	const changed: Record<string, (lines: readonly string[]) => readonly string[]> = {
		[STATUS]: (lines) => (news.status === null ? lines : list(news.status)),
		[DECISIONS]: (lines) => {
			const added = list(news.decisions);
			return [...lines.filter((line) => !added.includes(line)), ...added];
		},
		[NEXT]: (lines) => (news.next === null ? lines : list(news.next)),
		[SESSIONS]: (lines) => {
			if (news.session === null) return lines;
			const start = `- ${news.session.key}`;
			const others = lines.filter((line) => line !== start && !line.startsWith(`${start} `));
			return [...list([`${news.session.key} ${news.session.text}`]), ...others];
		},
	};
	const missing = Object.keys(changed).filter(
		(title) => !state.sections.some((section) => section.title === title),
	);
	const all = [...state.sections, ...missing.map((title) => ({ title, lines: [] }))];
	const sections = all.map(({ title, lines }) => ({ title, lines: changed[title]?.(lines) ?? lines }));
	return trimmedState(render({ head: state.head, sections }));
}

/**
 * The text within the bounds, by default those of the file. Lines go one by one, from the least important section: the oldest
 * sessions, what the relay does not know, the oldest decisions, the last steps, and the status at the end.
 */
export function trimmedState(
	text: string,
	{ lines: maxLines = MAX_STATE_LINES, bytes: maxBytes = MAX_STATE_BYTES } = {},
): string {
	let state = cutLines(parse(text));
	for (let shown = render(state); !fits(shown, maxLines, maxBytes); shown = render(state)) {
		const shorter = withoutLeast(state);
		if (shorter === null) return cutBytes(shown.split('\n').slice(0, maxLines).join('\n'), maxBytes);
		state = shorter;
	}
	return render(state);
}

/** Throws RelayError `refused` for a text that is longer than a state may be. */
export function refuseLongState(text: string): void {
	const lines = countLines(text);
	const bytes = Buffer.byteLength(text);
	if (lines <= MAX_STATE_LINES && bytes <= MAX_STATE_BYTES) return;
	const size = lines > MAX_STATE_LINES ? `${lines} lines` : `${bytes} bytes`;
	const most = lines > MAX_STATE_LINES ? `${MAX_STATE_LINES} lines` : `${MAX_STATE_BYTES} bytes`;
	throw new RelayError('refused', `This state has ${size}; at most ${most} are kept. Nothing was saved.`, {
		hint: 'Shorten it: the oldest sessions first, then decisions that no longer matter.',
	});
}

/** A last line without a line break counts, what follows the last break does not. @internal For tests: they measure with it. */
export function countLines(text: string): number {
	if (text === '') return 0;
	const breaks = text.split('\n').length - 1;
	return text.endsWith('\n') ? breaks : breaks + 1;
}

function parse(text: string): StateText {
	const head: string[] = [];
	const sections: { title: string; lines: string[] }[] = [];
	for (const line of text.replaceAll('\r\n', '\n').split('\n')) {
		const title = /^## +(.*?)\s*$/.exec(line)?.[1];
		if (title !== undefined) sections.push({ title: known(title), lines: [] });
		else (sections.at(-1)?.lines ?? head).push(line);
	}
	const bare = sections.map(({ title, lines }) => ({ title, lines: withoutBlankEnds(lines) }));
	return { head: withoutBlankEnds(head), sections: bare };
}

/** One of our titles however it is spelled. */
function known(title: string): string {
	const lower = title.toLowerCase();
	return [STATUS, DECISIONS, NEXT, SESSIONS].find((one) => one.toLowerCase() === lower) ?? title;
}

function render({ head, sections }: StateText): string {
	const parts = [head, ...sections.map(({ title, lines }) => [`## ${title}`, ...lines])];
	return `${parts
		.filter((lines) => lines.length > 0)
		.map((lines) => lines.join('\n'))
		.join('\n\n')}\n`;
}

function withoutLeast(state: StateText): StateText | null {
	const least = leastImportant(state.sections);
	if (least === undefined) return null;
	const lines = least.title === DECISIONS ? least.lines.slice(1) : least.lines.slice(0, -1);
	const sections = state.sections.map((section) =>
		section === least ? { ...section, lines: withoutBlankEnds(lines) } : section,
	);
	// A section of somebody's own goes with its last line; ours stay as places to write.
	return {
		...state,
		sections: sections.filter(({ title, lines: left }) => left.length > 0 || isOurs(title)),
	};
}

function leastImportant(sections: readonly Section[]): Section | undefined {
	const filled = sections.filter(({ lines }) => lines.length > 0);
	const of = (title: string) => filled.findLast((section) => section.title === title);
	return (
		of(SESSIONS) ?? filled.findLast(({ title }) => !isOurs(title)) ?? of(DECISIONS) ?? of(NEXT) ?? of(STATUS)
	);
}

const isOurs = (title: string) => [STATUS, DECISIONS, NEXT, SESSIONS].includes(title);

const fits = (text: string, maxLines: number, maxBytes: number) =>
	countLines(text) <= maxLines && Buffer.byteLength(text) <= maxBytes;

function cutLines({ head, sections }: StateText): StateText {
	const cut = (lines: readonly string[]) => lines.map(shortened);
	return { head: cut(head), sections: sections.map(({ title, lines }) => ({ title, lines: cut(lines) })) };
}

function shortened(line: string): string {
	if (line.length <= MAX_LINE_CHARS) return line;
	const characters = [...line];
	return characters.length <= MAX_LINE_CHARS ? line : `${characters.slice(0, MAX_LINE_CHARS - 1).join('')}…`;
}

/** At most so many bytes, whole characters. */
function cutBytes(text: string, maxBytes: number): string {
	const bytes = Buffer.from(text);
	if (bytes.length <= maxBytes) return text;
	return bytes
		.subarray(0, maxBytes)
		.toString('utf8')
		.replace(/\ufffd+$/u, '');
}

function withoutBlankEnds(lines: readonly string[]): string[] {
	const first = lines.findIndex((line) => line.trim() !== '');
	const last = lines.findLastIndex((line) => line.trim() !== '');
	return first < 0 ? [] : lines.slice(first, last + 1);
}

const oneLine = (text: string) => shortened(text.replace(/\s+/gu, ' ').trim());
