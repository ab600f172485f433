/**
 * Builds the resume packet: everything a successor needs, from records alone, within a byte budget. Pure and deterministic. Nothing
 * here starts, reads or writes anything; `write-packet.ts` puts the result on disk.
 */

import { commandHistory } from './commands/command-history.ts';
import { commandPieces, shellNotePieces } from './commands/command-pieces.ts';
import { escapeMarks, fenceUser, quoteRecord } from './fence.ts';
import { filePieces } from './files/file-pieces.ts';
import { missedUndos, undoPieces } from './files/undo-pieces.ts';
import { carriedBy } from './fit/carried.ts';
import { fitToBudget } from './fit/fit-to-budget.ts';
import { packetData } from './fit/packet-data.ts';
import { renderHead } from './fit/packet-head.ts';
import { nameOnly } from './name-only.ts';
import type { Packet } from './packet.ts';
import { MIN_BUDGET_BYTES, type PacketDiff, type PacketInput } from './packet-input.ts';
import { byteLength, type Piece } from './pieces/budget.ts';
import { type RecordCleaner, recordCleaner } from './pieces/clean-record.ts';
import { turnLabel } from './pieces/turn-label.ts';
import { readStories, type TurnStory } from './pieces/turn-story.ts';
import { createRedactor } from './redact.ts';
import { agentNotePieces } from './talk/agent-note-pieces.ts';
import { newestPlan, planLines, planPieces } from './talk/plan-pieces.ts';
import { statementPieces } from './talk/statement-pieces.ts';
import { scoreStatements } from './talk/statements.ts';
import { missedNotes } from './words/missed-notes.ts';
import { withInertMaterial } from './words/piped-text.ts';
import { readUserWords, recordedPieces, type UserWords, userPieces } from './words/user-words.ts';

export function buildPacket(input: PacketInput): Packet {
	const budget = Math.max(MIN_BUDGET_BYTES, Math.floor(input.budgetBytes));
	const redactor = createRedactor(input.secrets);
	const cleaner = recordCleaner(redactor);
	const stories = readStories(input).map((story) => cleanStory(story, cleaner));
	const clean = (text: string) => withInertMaterial(redactor.words(text), input.inert);
	const words = readUserWords(input, stories, clean, turnLabel(input.lineage));
	const pieces = [
		...userPieces(words, budget),
		...recordedPieces(words, budget, input.inert),
		...recordPieces(input, stories, words, cleaner),
	];
	const turns = input.lineage.reduce((sum, session) => sum + session.turns.length, 0);
	const head = renderHead(input, stories, turns, cleaner.whole) + renderWorkstream(input, cleaner);
	const frame = { head, tail: renderTail(words) };
	const fitted = fitToBudget(pieces, words, frame, budget);
	const data = packetData(input, budget, words, fitted, pieces, redactor);
	const nowPiece = pieces.find((piece) => piece.section === 'now');
	return {
		markdown: fitted.markdown,
		json: `${JSON.stringify(data, null, '\t')}\n`,
		nowPrompt: words.now?.text ?? null,
		hasWholePrompt: nowPiece === undefined || fitted.selection.variantOf(nowPiece) === 0,
		carried: carriedBy(words, fitted, pieces),
	};
}

/** The text sent to the successor. */
export interface ComposedPrompt {
	text: string;
	/** The byte range in `text` of the prompt to answer (`user_prompt` of the turn's state); null when there is none. */
	words: { start: number; end: number } | null;
}

/**
 * The packet, followed by the prompt if the packet does not hold it whole. The text never begins with `/`. `prompt` is the user's
 * prompt that goes with a packet built without one; else null.
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
	// Searches for the whole fence: the words alone may also be part of a longer prompt before it.
	const at = isInside ? text.indexOf(fenced) : text.length - fenced.length;
	const start = byteLength(text.slice(0, at)) + fenced.indexOf('\n') + 1;
	return { text, words: { start, end: start + byteLength(words) } };
}

/** The plan is cleaned as a whole; messages so that their sentences can be cleaned one by one. */
function cleanStory(story: TurnStory, cleaner: RecordCleaner): TurnStory {
	return {
		...story,
		messages: story.messages.map(cleaner.prepare),
		plan: cleanPlan(story.plan, cleaner),
		standing: cleanPlan(story.standing, cleaner),
	};
}

function cleanPlan(plan: TurnStory['plan'], cleaner: RecordCleaner): TurnStory['plan'] {
	return plan?.map(({ text, status }) => ({ text: cleaner.whole(text), status })) ?? null;
}

/** The text that decides which words belong to the task. */
const TASK_CHARS = 128 * 1024;
const TASK_CHARS_OF_DIFF = 4000;

function recordPieces(
	input: PacketInput,
	stories: readonly TurnStory[],
	words: UserWords,
	cleaner: RecordCleaner,
): Piece[] {
	const clean = cleaner.whole;
	const quote = (text: string) => quoteRecord(input.inert(text));
	const label = turnLabel(input.lineage);
	const isOpen = input.nowPrompt?.isInterrupted ?? false;
	const lastDone = stories.findLastIndex(({ status }) => status === 'completed');
	const openStories = new Set(isOpen ? stories.slice(lastDone + 1) : []);
	const plan = newestPlan(stories, clean);
	const isPlanLine = planLines(plan);
	const outcomes = commandHistory(stories, label, cleaner);
	const taskText = [
		...words.entries.map(({ text }) => text.slice(0, 20_000)),
		...input.diffs.flatMap(({ path, text }) => [path, (text ?? '').slice(0, TASK_CHARS_OF_DIFF)]),
		...(plan?.items ?? []).map(({ text }) => text),
		...outcomes.flatMap(({ command, lines }) => [command, ...lines]),
	]
		.join('\n')
		.slice(0, TASK_CHARS);
	const lastTouched = stories.findLast(({ files }) => files.length > 0)?.files.map(({ path }) => path) ?? [];
	return [
		...planPieces(plan, quote),
		...statementPieces(
			scoreStatements(stories, taskText).filter(({ text }) => !isPlanLine(text)),
			openStories,
			stories.at(-1),
			(story) => input.inert(`${label(story)}, ${nameOnly(story.agent)}`),
			quote,
			cleaner.part,
		),
		...agentNotePieces(missedNotes(input), label, { quote, clean }),
		...filePieces(
			[...input.diffs, ...reportedFiles(input, stories)],
			input.userEdits,
			new Set(lastTouched),
			quote,
			clean,
		),
		...commandPieces(outcomes, quote),
		...undoPieces(missedUndos(input), label, quote, clean),
		...shellNotePieces(shellNotes(input, clean), label, quote),
	];
}

/** Files known only from the agents' tools (no git, or a repo too large for snapshots): named, without a diff. */
function reportedFiles({ diffs }: PacketInput, stories: readonly TurnStory[]): PacketDiff[] {
	const known = new Set(diffs.map(({ path }) => path));
	const reported = new Map<string, PacketDiff>();
	for (const { path, change, source } of stories.flatMap(({ files }) => files))
		if (source === 'tool' && !known.has(path))
			reported.set(path, { path, change, added: null, removed: null, text: null, by: 'agent' });
	return [...reported.values()];
}

function shellNotes(input: PacketInput, clean: (text: string) => string) {
	return missedNotes(input)
		.filter(({ kind, isConfirmed }) => kind === 'shell' && isConfirmed !== false)
		.map((note) => ({ ...note, text: clean(note.text) }));
}

function renderWorkstream({ workstream = null, inert }: PacketInput, cleaner: RecordCleaner): string {
	return workstream === null ? '' : `\n## Workstream\n${inert(escapeMarks(cleaner.whole(workstream)))}`;
}

function renderTail(words: UserWords): string {
	const isInside = words.now !== null || words.asked !== null;
	const now = isInside ? '' : 'The prompt to answer follows this packet.';
	return `\n## Where to read more\n\`turns/NNN-output.md\`: what a turn said and did; \`turns/NNN-prompt.md\`: what was sent. Check the files themselves before you build on a claim.\n${now === '' ? '' : `${now}\n`}`;
}
