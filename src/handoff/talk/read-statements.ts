/** Reads what agents said, sentence by sentence, with its position; bounded for sessions with megabytes of text. */

import type { TurnStory } from '../pieces/turn-story.ts';
import { type Features, featuresOf } from './sentence-features.ts';
import { segment, type Unit } from './sentences.ts';

export interface Said {
	story: TurnStory;
	text: string;
	/** The text right before it in its message; empty at the start. */
	before: string;
	kind: Unit['kind'];
	/** Different for every paragraph and list of the session. */
	paragraph: number;
	/** In the last message of its turn. */
	isLastWords: boolean;
	/** In a message of a few sentences. */
	isShortAnswer: boolean;
	/** In the first or the last paragraph of its message, or in one of few sentences. */
	standsOut: boolean;
	isLastParagraph: boolean;
	features: Features;
	/** How often exactly this sentence was said. */
	times: number;
}

/** How many characters of different sentences are read closely, over all turns: about 30 ms. A repeated sentence is read once. */
const READ_CHARS = 128 * 1024;
/** Each turn may use at least this much, however many there are. */
const MIN_TURN_CHARS = 3 * 1024;
/** The most of one turn's messages that is cut into sentences; beyond it only beginnings and ends are. */
const SEGMENTED_CHARS = 1024 * 1024;
const SHORT_ANSWER_CHARS = 700;
/** Important points get a paragraph of their own; small talk comes in longer ones. */
const FEW_SENTENCES = 3;

interface Reading {
	/** By sentence. */
	known: Map<string, Said>;
	/** Characters left for sentences not read yet: of this turn, of all. */
	turnLeft: number;
	left: number;
	paragraph: number;
}

/**
 * Each different sentence once, in order, at the newest place it was said. If there is too much, prominent sentences go before the
 * inside of long paragraphs, and later ones before earlier ones.
 */
export function readStatements(stories: readonly TurnStory[]): Said[] {
	const share = Math.max(MIN_TURN_CHARS, READ_CHARS / Math.max(1, stories.length));
	const reading: Reading = { known: new Map(), turnLeft: 0, left: READ_CHARS, paragraph: 0 };
	const turns = stories.toReversed().map((story) => {
		reading.turnLeft = Math.min(share, Math.max(reading.left, MIN_TURN_CHARS));
		return readTurn(story, reading);
	});
	return turns.reverse().flat();
}

function readTurn(story: TurnStory, reading: Reading): Said[] {
	let left = SEGMENTED_CHARS;
	const messages: Said[][] = [];
	for (let at = story.messages.length - 1; at >= 0; at--) {
		const text = endsOf(story.messages[at] ?? '', left);
		left -= text.length;
		messages.push(readMessage(text, story, at === story.messages.length - 1, reading));
	}
	return messages.reverse().flat();
}

function readMessage(message: string, story: TurnStory, isLastWords: boolean, reading: Reading): Said[] {
	const units = segment(message);
	const standsOut = outstanding(units);
	const base = reading.paragraph;
	reading.paragraph += (units.at(-1)?.paragraph ?? 0) + 1;
	const said: Array<Said | undefined> = new Array(units.length);
	for (const isOutstanding of [true, false])
		for (let at = units.length - 1; at >= 0; at--) {
			const unit = units[at];
			if (unit === undefined || standsOut[at] !== isOutstanding || !isNew(unit, reading)) continue;
			const { text, kind, paragraph } = unit;
			const entry: Said = {
				story,
				text,
				before: units[at - 1]?.text ?? '',
				kind,
				paragraph: base + paragraph,
				isLastWords,
				isShortAnswer: message.length <= SHORT_ANSWER_CHARS,
				standsOut: isOutstanding,
				isLastParagraph: paragraph === units.at(-1)?.paragraph,
				features: featuresOf(text),
				times: 1,
			};
			said[at] = entry;
			reading.known.set(text, entry);
		}
	return said.filter((entry) => entry !== undefined);
}

/** Counts what was read before; false also when there is no room to read more. */
function isNew({ text }: Unit, reading: Reading): boolean {
	const known = reading.known.get(text);
	if (known) known.times++;
	if (known || reading.turnLeft <= 0) return false;
	reading.turnLeft -= text.length;
	reading.left -= text.length;
	return true;
}

function outstanding(units: readonly Unit[]): boolean[] {
	const sizes = new Map<number, number>();
	for (const { paragraph } of units) sizes.set(paragraph, (sizes.get(paragraph) ?? 0) + 1);
	const first = units[0]?.paragraph;
	const last = units.at(-1)?.paragraph;
	return units.map(
		({ kind, paragraph }) =>
			paragraph === first ||
			paragraph === last ||
			kind === 'item' ||
			(kind === 'sentence' && (sizes.get(paragraph) ?? 0) <= FEW_SENTENCES),
	);
}

function endsOf(message: string, maxChars: number): string {
	if (message.length <= maxChars) return message;
	return `${message.slice(0, maxChars / 4)}\n\n${message.slice(message.length - (maxChars * 3) / 4)}`;
}
