/** Chooses the pieces of a packet and renders them: first each section gets its share, then the rest goes by priority. */

import { fenceUser } from '../fence.ts';
import { byteLength, type Piece, Selection } from '../pieces/budget.ts';
import { SPARE_PRIORITY } from '../talk/statement-pieces.ts';
import { wordsToRepeat } from '../words/later-words.ts';
import type { UserEntry, UserWords } from '../words/user-words.ts';
import {
	ABSENT_BYTES,
	type Cut,
	cutOf,
	frameBytes,
	renderAbsent,
	renderSection,
	SECTIONS,
} from './render-packet.ts';

/** Share of the budget for all of the user's words together, in the first round. */
const USER_SHARE = 0.72;
/** Share of the remaining budget for each section, in the first round; the rest goes by priority alone. */
const SHARES: Readonly<Record<string, number>> = {
	unconfirmed: 0.15,
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
/** Share of the budget up to which statements that only their rarity supports may fill what is left. */
const SPARE_SHARE = 0.8;

const isUsers = ({ section }: Piece) =>
	section === 'objective' || section === 'now' || section === 'said' || section === 'asked';

function choose(
	selection: Selection<Piece>,
	pieces: readonly Piece[],
	bytes: number,
	words: UserWords,
): void {
	const users = pieces.filter(isUsers);
	const cap = bytes * USER_SHARE;
	// First round: every piece gets a place, long ones shortened; second: whole where there is room.
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
	"\n## The user's later words again\nThe records above repeat earlier words of the user; these came later and take precedence.\n";

const repeatBytes = (entries: readonly UserEntry[]) =>
	byteLength(REPEAT_HEADING) + byteLength(renderEntries(entries.slice(1)));

const renderEntries = (entries: readonly UserEntry[]) =>
	entries.map(({ label, text }) => `${label}:\n${fenceUser(text)}`).join('');

export interface Fitted {
	selection: Selection<Piece>;
	cuts: Cut[];
	markdown: string;
}

const ROUNDS = 4;
/** A notice may grow by this much when another piece goes in. */
const SLACK_BYTES = 30;

/** Chooses and renders; then offers the bytes that notices did not need to the pieces left out. */
export function fitToBudget(
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
