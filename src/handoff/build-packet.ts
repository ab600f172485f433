/**
 * Builds the resume packet: what a successor needs, from records alone, under a byte budget. Pure and deterministic. Nothing
 * here starts, reads or writes anything; `write-packet.ts` puts the result on disk.
 */
import { toIso } from '../core/clock.ts';
import { safeText } from '../core/text.ts';
import { byteLength, type Piece, Selection } from './budget.ts';
import { commandHistory } from './command-history.ts';
import { commandPieces, shellNotePieces } from './command-pieces.ts';
import { fenceUser, quoteRecord } from './fence.ts';
import { filePieces } from './file-pieces.ts';
import { wordsToRepeat } from './later-words.ts';
import { PACKET_VERSION, type Packet, type PacketData } from './packet.ts';
import { renderHead } from './packet-head.ts';
import { MIN_BUDGET_BYTES, type PacketDiff, type PacketInput } from './packet-input.ts';
import { newestPlan, planPieces } from './plan-pieces.ts';
import { createRedactor, type Redactor } from './redact.ts';
import {
	ABSENT_BYTES,
	type Cut,
	cutOf,
	frameBytes,
	renderAbsent,
	renderSection,
	SECTIONS,
} from './render-packet.ts';
import { SPARE_PRIORITY, statementPieces } from './statement-pieces.ts';
import { scoreStatements } from './statements.ts';
import { readStories, type TurnStory } from './turn-story.ts';
import { readUserWords, type UserEntry, type UserWords, userPieces } from './user-words.ts';

/** Of the budget: all of the user's words together, in the first round. */
const USER_SHARE = 0.72;
/** Of what the user's words leave, in the first round; the rest goes by priority alone. */
const SHARES: Readonly<Record<string, number>> = {
	plan: 0.2,
	progress: 0.2,
	questions: 0.1,
	statements: 0.3,
	files: 0.15,
	diffs: 0.35,
	failing: 0.2,
	passing: 0.1,
	earlier: 0.12,
	shell: 0.12,
};
const REPEAT_SHARE = 0.12;
/** Of the budget: up to here, statements that nothing speaks for but their rarity may fill what is left. */
const SPARE_SHARE = 0.65;

export function buildPacket(input: PacketInput): Packet {
	const budget = Math.max(MIN_BUDGET_BYTES, Math.floor(input.budgetBytes));
	const redactor = createRedactor(input.secrets);
	const stories = readStories(input).map((story) => cleanStory(story, redactor));
	const words = readUserWords(input, stories, redactor.words, turnLabel(input));
	const pieces = [...userPieces(words, budget), ...recordPieces(input, stories, words, redactor)];
	const turns = input.lineage.reduce((sum, session) => sum + session.turns.length, 0);
	const frame = { head: renderHead(input, stories, turns), tail: renderTail(words) };
	const { selection, cuts, markdown } = fitToBudget(pieces, words, frame, budget);
	const data = dataOf(input, budget, words, selection, pieces, cuts, redactor);
	const nowPiece = pieces.find((piece) => piece.section === 'now');
	return {
		markdown,
		json: `${JSON.stringify(data, null, '\t')}\n`,
		nowPrompt: words.now?.text ?? null,
		hasWholePrompt: nowPiece === undefined || selection.variantOf(nowPiece) === 0,
	};
}

/** What is sent to the successor. */
export interface ComposedPrompt {
	text: string;
	/** The byte range in `text` of the prompt to answer (`user_prompt` of the turn's state); null when there is none. */
	words: { start: number; end: number } | null;
}

/**
 * The packet, and behind it the prompt where the packet does not hold it whole. The text never begins with `/`. `prompt` is
 * the user's prompt that goes with a packet built without one; else null.
 */
export function composePrompt(
	{ markdown, nowPrompt, hasWholePrompt }: Packet,
	prompt: string | null,
): ComposedPrompt {
	const words = nowPrompt ?? prompt;
	if (words === null) return { text: markdown, words: null };
	const fenced = fenceUser(words);
	const isInside = nowPrompt !== null && hasWholePrompt;
	const heading =
		nowPrompt === null
			? "What to do now (the user's words)"
			: "The prompt to answer now, whole (the user's words)";
	const text = isInside ? markdown : `${markdown}\n## ${heading}\n${fenced}`;
	// The whole fence is looked for: the words alone may stand inside a longer prompt before it.
	const at = isInside ? text.indexOf(fenced) : text.length - fenced.length;
	const start = byteLength(text.slice(0, at)) + fenced.indexOf('\n') + 1;
	return { text, words: { start, end: start + byteLength(words) } };
}

/** Agents' text made plain and free of secrets before anything is cut from it, so that no half of a secret is left. */
function cleanStory(story: TurnStory, redactor: Redactor): TurnStory {
	const clean = cleanerOf(redactor);
	return {
		...story,
		messages: story.messages.map(clean),
		plan: story.plan?.map(({ text, status }) => ({ text: clean(text), status })) ?? null,
	};
}

const cleanerOf = (redactor: Redactor) => (text: string) => redactor.record(safeText(text));

function turnLabel({ lineage }: PacketInput): (story: TurnStory) => string {
	const current = lineage.at(-1)?.id;
	return ({ sessionId, turn }) =>
		sessionId === current ? `turn ${turn}` : `turn ${turn} of session …${sessionId.slice(-6)}`;
}

function recordPieces(
	input: PacketInput,
	stories: readonly TurnStory[],
	words: UserWords,
	redactor: Redactor,
): Piece[] {
	const clean = cleanerOf(redactor);
	const quote = (text: string) => quoteRecord(input.inert(text));
	const label = turnLabel(input);
	const isOpen = input.nowPrompt?.isInterrupted ?? false;
	const lastDone = stories.findLastIndex(({ status }) => status === 'completed');
	const openStories = new Set(isOpen ? stories.slice(lastDone + 1) : []);
	const plan = newestPlan(stories);
	const outcomes = commandHistory(stories, label, clean);
	const taskText = [
		...words.entries.map(({ text }) => text.slice(0, 20_000)),
		...input.diffs.map(({ path }) => path),
		...(plan?.items ?? []).map(({ text }) => text),
		...outcomes.map(({ command }) => command),
	].join('\n');
	const lastTouched = stories.findLast(({ files }) => files.length > 0)?.files.map(({ path }) => path) ?? [];
	return [
		...planPieces(plan, quote),
		...statementPieces(
			scoreStatements(stories, taskText),
			openStories,
			stories.at(-1),
			(story) => input.inert(`${label(story)}, ${story.agent}`),
			quote,
		),
		...filePieces(
			[...input.diffs, ...toldFiles(input, stories)],
			input.userEdits,
			new Set(lastTouched),
			quote,
			clean,
		),
		...commandPieces(outcomes, quote),
		...shellNotePieces(shellNotes(input, clean), quote),
	];
}

/** Files that only the agents' tools tell of (no git, or a repo too large for snapshots): named, without a diff. */
function toldFiles({ diffs }: PacketInput, stories: readonly TurnStory[]): PacketDiff[] {
	const known = new Set(diffs.map(({ path }) => path));
	const told = new Map<string, PacketDiff>();
	for (const { path, change, source } of stories.flatMap(({ files }) => files))
		if (source === 'tool' && !known.has(path))
			told.set(path, { path, change, added: null, removed: null, text: null, by: 'agent' });
	return [...told.values()];
}

function shellNotes({ lineage, since }: PacketInput, clean: (text: string) => string) {
	const known = since === null ? -1 : lineage.findIndex((session) => session.id === since.sessionId);
	return lineage.flatMap(({ notes }, at) =>
		notes
			.filter(({ kind }) => kind === 'shell')
			.filter(({ afterTurn }) => at > known || (at === known && since !== null && afterTurn >= since.turn))
			.map((note) => ({ ...note, text: clean(note.text) })),
	);
}

const isUsers = ({ section }: Piece) => section === 'objective' || section === 'now' || section === 'said';

function choose(
	selection: Selection<Piece>,
	pieces: readonly Piece[],
	bytes: number,
	words: UserWords,
): void {
	const users = pieces.filter(isUsers);
	const cap = bytes * USER_SHARE;
	// First round: everyone gets a place, long ones shortened; second: whole where there is room.
	selection.fill(users, cap, Math.max(600, cap / Math.max(3, Math.min(8, words.entries.length))));
	selection.fill(users, cap - selection.used);
	const left = bytes - selection.used;
	const worthy = pieces.filter(({ priority }) => priority >= SPARE_PRIORITY);
	for (const [section, share] of Object.entries(SHARES))
		selection.fill(
			worthy.filter((piece) => piece.section === section),
			Math.min(left * share, bytes - selection.used),
		);
	const reserve = Math.min(bytes * REPEAT_SHARE, repeatBytes(words.entries));
	selection.fill(worthy, bytes - selection.used - reserve);
	const spare = pieces.filter(({ priority }) => priority < SPARE_PRIORITY);
	selection.fill(spare, bytes * SPARE_SHARE - selection.used);
}

const REPEAT_HEADING =
	"\n## The user's later words again\nThe records above repeat earlier words of the user; these came after and stand.\n";

const repeatBytes = (entries: readonly UserEntry[]) =>
	byteLength(REPEAT_HEADING) + byteLength(renderEntries(entries.slice(1)));

const renderEntries = (entries: readonly UserEntry[]) =>
	entries.map(({ label, text }) => `${label}:\n${fenceUser(text)}`).join('');

interface Fitted {
	selection: Selection<Piece>;
	cuts: Cut[];
	markdown: string;
}

const ROUNDS = 4;
/** A notice may grow by these when another piece goes in. */
const SLACK_BYTES = 30;

/** Chooses and renders; then offers the bytes that notices did not need to what was left out. */
function fitToBudget(
	pieces: readonly Piece[],
	words: UserWords,
	frame: { head: string; tail: string },
	budget: number,
): Fitted {
	const sections = SECTIONS.filter(({ id }) => pieces.some((piece) => piece.section === id));
	const costs = new Map(SECTIONS.map((section) => [section.id, frameBytes(section)]));
	const costOf = (section: string) => costs.get(section) ?? 0;
	const room = budget - byteLength(frame.head) - byteLength(frame.tail) - ABSENT_BYTES * sections.length;
	const first = new Selection<Piece>(costOf);
	choose(first, pieces, room, words);
	let fitted = renderSelection(first, pieces, words, frame, budget);
	for (let round = 0; round < ROUNDS; round++) {
		const spare = budget - byteLength(fitted.markdown) - SLACK_BYTES * sections.length;
		if (fitted.cuts.length === 0 || spare <= 0) break;
		const next = new Selection<Piece>(costOf, fitted.selection);
		next.fill(
			pieces.filter(({ priority }) => priority >= SPARE_PRIORITY),
			spare,
		);
		if (next.used === fitted.selection.used) break;
		const grown = renderSelection(next, pieces, words, frame, budget);
		if (byteLength(grown.markdown) > budget) break;
		fitted = grown;
	}
	return fitted;
}

function renderSelection(
	selection: Selection<Piece>,
	pieces: readonly Piece[],
	words: UserWords,
	{ head, tail }: { head: string; tail: string },
	budget: number,
): Fitted {
	const cuts: Cut[] = [];
	const absent: Cut[] = [];
	let body = '';
	for (const section of SECTIONS) {
		const own = pieces.filter((piece) => piece.section === section.id);
		const choices = selection.choices(own);
		const cut = cutOf(section.id, own, selection);
		if (cut) cuts.push(cut);
		if (cut && choices.length === 0) absent.push(cut);
		body += renderSection(section, choices, cut);
	}
	const text = head + body + tail + renderAbsent(absent);
	const repeated = repeatWords(selection, pieces, words.entries, budget - byteLength(text));
	return { selection, cuts, markdown: text + repeated };
}

function repeatWords(
	selection: Selection<Piece>,
	pieces: readonly Piece[],
	entries: readonly UserEntry[],
	bytes: number,
): string {
	const recorded = selection
		.choices(pieces.filter((piece) => !isUsers(piece)))
		.map(({ piece, variant }) => piece.variants[variant])
		.join('\n');
	const repeated = wordsToRepeat(entries, recorded, bytes - byteLength(REPEAT_HEADING));
	return repeated.length === 0 ? '' : REPEAT_HEADING + renderEntries(repeated);
}

function renderTail(words: UserWords): string {
	const now = words.now === null ? 'The prompt to answer follows this packet.' : '';
	return `\n## Where to read more\n\`turns/NNN-output.md\`: what a turn said and did; \`turns/NNN-prompt.md\`: what was sent. Check the files themselves before you build on a claim.\n${now === '' ? '' : `${now}\n`}`;
}

function dataOf(
	input: PacketInput,
	budget: number,
	words: UserWords,
	selection: Selection<Piece>,
	pieces: readonly Piece[],
	cuts: Cut[],
	redactor: Redactor,
): PacketData {
	const chosen = (...sections: string[]) =>
		selection
			.choices(pieces.filter((piece) => sections.includes(piece.section)))
			.map(({ piece }) => piece.data);
	const { limit } = input;
	return {
		schema_version: PACKET_VERSION,
		kind: input.since === null ? 'full' : 'delta',
		reason: input.reason,
		from: input.from,
		to: input.to,
		limit: limit && {
			kind: limit.kind,
			window: limit.window,
			reset_at: limit.resetAt === null ? null : toIso(limit.resetAt),
			rule: limit.source.rule,
		},
		since: input.since && { session_id: input.since.sessionId, turn: input.since.turn },
		sessions: input.lineage.map(({ id, folder, turns }) => ({ id, folder, turns: turns.length })),
		objective: words.objective?.text ?? null,
		now: words.now && { text: words.now.text, is_interrupted: words.now.isInterrupted },
		user_words: chosen('said'),
		plan: chosen('plan'),
		statements: chosen('statements', 'progress'),
		questions: chosen('questions'),
		files: chosen('files'),
		diffs: selection
			.choices(pieces.filter(({ section }) => section === 'diffs'))
			.map(({ piece, variant }) => (piece.variants[variant] ?? '').replace(/^> /gm, '')),
		commands: chosen('failing', 'passing', 'earlier', 'commands'),
		notes: chosen('shell'),
		omitted: cuts,
		redactions: redactor.count(),
		record_issues: [...input.recordIssues],
		budget_bytes: budget,
	};
}
