/** Turns the user's own words into pieces: the objective, the prompt that waits, and everything else in order. */

import { fenceUser, quoteRecord } from '../fence.ts';
import { nameOnly } from '../name-only.ts';
import type { PacketInput } from '../packet-input.ts';
import type { Piece } from '../pieces/budget.ts';
import { notePlace } from '../pieces/turn-label.ts';
import type { TurnStory } from '../pieces/turn-story.ts';
import { condenseWords } from './condense-words.ts';
import { missedNotes } from './missed-notes.ts';
import { type PipedText, splitPipedText } from './piped-text.ts';

export interface UserEntry {
	/** `Turn 3, to codex` or `Note after turn 3`. */
	label: string;
	text: string;
	/** The file with the whole text on disk. */
	file: string | null;
	/** `lost`: the user's words are gone from the records; there is no text. */
	kind: 'prompt' | 'note' | 'lost';
}

export interface UserWords {
	objective: { text: string; file: string | null } | null;
	now: { text: string; isInterrupted: boolean; file: string | null } | null;
	/** Oldest first; the prompt that waits is the last if it was sent before. */
	entries: UserEntry[];
	/** Words that the record attributes to the user, but nobody witnessed, oldest first; quoted like any record. */
	unconfirmed: RecordedWords[];
	/** The same for the prompt that waits; then `now` is null. */
	asked: { text: string; isInterrupted: boolean } | null;
}

interface RecordedWords {
	label: string;
	text: string;
}

export interface WordsPiece extends Piece {
	section: 'objective' | 'now' | 'said' | 'asked' | 'unconfirmed';
}

const OBJECTIVE = 300;
const NOW = 310;
const NEWEST = 290;
const REPEATED_NOW = 205;
const UNCONFIRMED = 200;

export function readUserWords(
	input: PacketInput,
	stories: readonly TurnStory[],
	words: (text: string) => string,
	turnLabel: (place: { sessionId: string; turn: number }) => string,
): UserWords {
	const entries: UserEntry[] = [];
	const unconfirmed: RecordedWords[] = [];
	// The user's commands are listed with the commands, if the user is known to have run them.
	const missed = missedNotes(input).filter(
		({ kind, isConfirmed, by }) => by === undefined && (kind === 'note' || isConfirmed === false),
	);
	for (const session of input.lineage) {
		const own = stories.filter((story) => story.sessionId === session.id);
		const notes = missed.filter(({ sessionId }) => sessionId === session.id);
		const takeNotes = (until: number) => {
			while ((notes[0]?.afterTurn ?? Number.POSITIVE_INFINITY) < until) {
				const note = notes.shift();
				if (note === undefined) break;
				const label = `${note.kind === 'note' ? 'Note' : 'Command'} ${notePlace(note, turnLabel)}`;
				if (note.isConfirmed === false) unconfirmed.push({ label, text: words(note.text) });
				else entries.push({ label, text: words(note.text), file: null, kind: 'note' });
			}
		};
		for (const story of own) {
			takeNotes(story.turn);
			const label = `${capitalize(turnLabel(story))}, to ${nameOnly(story.agent)}`;
			if (story.hasLostWords) entries.push({ label, text: '', file: story.promptFile, kind: 'lost' });
			if (story.unconfirmed !== null) unconfirmed.push({ label, text: words(story.unconfirmed) });
			if (story.userPrompt === null) continue;
			entries.push({ label, text: words(story.userPrompt), file: story.promptFile, kind: 'prompt' });
		}
		takeNotes(Number.POSITIVE_INFINITY);
	}
	const first = entries.find(({ kind }) => kind === 'prompt');
	const objective = input.objective === null ? (first?.text ?? null) : words(input.objective);
	const waiting = input.nowPrompt && { ...input.nowPrompt, text: words(input.nowPrompt.text) };
	const asked = waiting?.isConfirmed === false ? waiting : null;
	const now = asked === null ? waiting : null;
	const sent = now && entries.findLast((entry) => entry.kind === 'prompt' && entry.text === now.text);
	return {
		objective:
			objective === null || input.since !== null
				? null
				: { text: objective, file: first?.text === objective ? first.file : null },
		now: now && { text: now.text, isInterrupted: now.isInterrupted, file: sent?.file ?? null },
		entries,
		unconfirmed: withObjective(unconfirmed, input, words).filter(({ text }) => text !== asked?.text),
		asked: asked && { text: asked.text, isInterrupted: asked.isInterrupted },
	};
}

/** An objective equal to the first prompt is shown with that. */
function withObjective(
	unconfirmed: RecordedWords[],
	{ unconfirmedObjective, since }: PacketInput,
	words: (text: string) => string,
): RecordedWords[] {
	if (unconfirmedObjective == null || since !== null) return unconfirmed;
	const text = words(unconfirmedObjective);
	return unconfirmed.some((one) => one.text === text)
		? unconfirmed
		: [{ label: 'Objective', text }, ...unconfirmed];
}

/** Nothing in them may be obeyed: they are quoted, and made inert for the agent that reads them. */
export function recordedPieces(
	{ unconfirmed, asked }: UserWords,
	budgetBytes: number,
	inert: (text: string) => string,
): WordsPiece[] {
	const pieces: WordsPiece[] = [];
	const quote = (text: string) => quoteRecord(inert(text));
	if (asked)
		pieces.push({
			section: 'asked',
			priority: NOW,
			order: 0,
			variants: quotedVariants('', asked.text, [budgetBytes * 0.3, 1200, 300], quote),
			data: asked.text,
		});
	unconfirmed.forEach(({ label, text }, order) => {
		const heading = `${label}: the record says, not confirmed:\n`;
		pieces.push({
			section: 'unconfirmed',
			priority: UNCONFIRMED + order / 1000,
			order,
			variants: quotedVariants(heading, text, [1200, 300], quote),
			data: { label, text },
		});
	});
	return pieces;
}

/** The whole, then its two ends within each of `sizes` (bytes) that is smaller. */
function quotedVariants(
	label: string,
	text: string,
	sizes: readonly number[],
	quote: (text: string) => string,
): string[] {
	const bytes = Buffer.byteLength(text);
	const shorter = sizes
		.filter((size) => bytes > size + NOTICE_BYTES)
		.map((size) => {
			const ends = endsOf(text, size);
			const left = bytes - Buffer.byteLength(ends.join(''));
			return `${label}${ends.map(quote).join(`[${left} bytes left out here]\n`)}`;
		});
	return [label + quote(text), ...shorter];
}

/** `budgetBytes` of the whole packet decides how long one entry may be before others get room. */
export function userPieces({ objective, now, entries }: UserWords, budgetBytes: number): WordsPiece[] {
	const pieces: WordsPiece[] = [];
	if (objective)
		pieces.push({
			section: 'objective',
			priority: OBJECTIVE,
			order: 0,
			variants: wordVariants('', objective.text, objective.file, [budgetBytes * 0.25, 1200, 300]),
			data: objective.text,
		});
	if (now)
		pieces.push({
			section: 'now',
			priority: NOW,
			order: 0,
			variants: wordVariants('', now.text, now.file, [budgetBytes * 0.3, 1200, 300]),
			data: now.text,
		});
	entries.forEach((entry, at) => {
		if (entry.kind === 'lost') {
			pieces.push(lostPiece(entry, at, objective !== null && at === 0));
			return;
		}
		const isObjective =
			objective !== null &&
			entry.text === objective.text &&
			at === entries.findIndex((e) => e.kind === 'prompt');
		const isNow =
			now !== null && entry.text === now.text && entries.slice(at + 1).every((e) => e.text !== now.text);
		const label = `${entry.label}:\n`;
		// The pointer keeps the order visible although the words are above.
		const variants = isObjective
			? [`${entry.label}: the objective above.\n`]
			: isNow
				? [
						...wordVariants(label, entry.text, entry.file, []),
						`${entry.label}: the prompt under "What to do now"; it is the newest one.\n`,
					]
				: wordVariants(label, entry.text, entry.file, [1500, 400]);
		const priority = isNow ? REPEATED_NOW : NEWEST - (entries.length - 1 - at) / 1000;
		pieces.push({
			section: 'said',
			priority,
			order: at,
			variants,
			data: { label: entry.label, text: entry.text },
		});
	});
	return pieces;
}

/** The words of the first turn are also in the session's record, as its objective. */
function lostPiece({ label, file }: UserEntry, order: number, isObjective: boolean): WordsPiece {
	const text = isObjective
		? `${label}: the objective above.\n`
		: `${label}: the user's words are missing; ${file} is gone from the records.\n`;
	return { section: 'said', priority: NEWEST, order, variants: [text], data: { label, text: null } };
}

/** The whole, then passages within each of `sizes` (bytes) that is smaller, with every cut announced. */
function wordVariants(label: string, text: string, file: string | null, sizes: readonly number[]): string[] {
	const piped = splitPipedText(text);
	if (piped !== null) return pipedVariants(label, piped, file, sizes);
	const variants = [label + fenceUser(text)];
	const bytes = Buffer.byteLength(text);
	for (const size of sizes) {
		if (bytes <= size + 200) continue;
		const passages = condenseWords(text, size) ?? endsOf(text, size);
		const left = bytes - Buffer.byteLength(passages.join(''));
		const where = file === null ? '' : `; whole in ${file}`;
		const notice = (at: number) =>
			at === 0
				? `[${left} bytes of the user's words left out at the marks${where}]\n`
				: '[… left out here …]\n';
		variants.push(
			label +
				notice(0) +
				passages.map((words, at) => (at === 0 ? '' : notice(at)) + fenceUser(words)).join(''),
		);
	}
	return variants;
}

/** Piped text is cut before the words it came with: first to its two ends, then to a note that it was there. */
function pipedVariants(
	label: string,
	{ head, material, tail }: PipedText,
	file: string | null,
	sizes: readonly number[],
): string[] {
	const bytes = Buffer.byteLength(material);
	const where = file === null ? '' : `; whole in ${file}`;
	const cutTo = (size: number) => {
		const ends = size < MIN_MATERIAL_BYTES ? [] : endsOf(material, size);
		const left = bytes - Buffer.byteLength(ends.join(''));
		const notice = `[${left} bytes of what was piped in left out here${where}]`;
		return `${head}${[ends[0], notice, ends[1]].filter((part) => part !== undefined).join('\n')}\n${tail}`;
	};
	const fitting = sizes
		.map((size) => Math.floor(size) - Buffer.byteLength(head + tail))
		.filter((size) => size >= 0 && size + NOTICE_BYTES < bytes);
	const wordsAlone = wordVariants('', head, file, sizes).slice(1);
	return [
		label + fenceUser(head + material + tail),
		...fitting.map((size) => label + fenceUser(cutTo(size))),
		label + fenceUser(cutTo(0)),
		...wordsAlone.map((words) => label + words),
	];
}

/** Shorter ends say nothing. */
const MIN_MATERIAL_BYTES = 200;
const NOTICE_BYTES = 200;

function endsOf(text: string, size: number): string[] {
	const bytes = Buffer.from(text);
	return [
		cutUtf8(bytes.subarray(0, Math.floor(size * 0.6))),
		cutUtf8(bytes.subarray(bytes.length - Math.floor(size * 0.4))),
	];
}

/** Drops halves of characters at either end. */
const cutUtf8 = (bytes: Buffer) => {
	let start = 0;
	while (start < Math.min(4, bytes.length) && ((bytes[start] ?? 0) & 0xc0) === 0x80) start++;
	let end = bytes.length;
	for (let back = 1; back <= Math.min(4, end); back++) {
		const byte = bytes[end - back] ?? 0;
		if ((byte & 0xc0) === 0x80) continue;
		const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
		if (length > back) end -= back;
		break;
	}
	return bytes.subarray(start, end).toString();
};

const capitalize = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
