/** What was said in a chat, by whom, and who has heard it: read once from the records, then added to. Only `readHistory` reads. */
import type { LineageEntry } from '../../sessions/lineage/lineage.ts';
import { participantOf, type TurnState } from '../../sessions/turns/turn-state.ts';
import { knownToAny } from '../../sessions/witness/said-words.ts';
import { spokenText } from '../../turns/spoken-text.ts';
import { readTurnRecords, type TurnRecord } from '../../turns/turn-records.ts';
import { readVerdict, type Verdict } from './chat-verdict.ts';

export interface ChatTurn {
	/** The participant; in a turn outside the chat (the user continued the session in the shell) the agent. */
	who: string;
	agent: string;
	sessionId: string;
	turn: number;
	status: TurnState['status'];
	isInChat: boolean;
	/** What it said; null when it was cut off or said nothing. */
	text: string | null;
	verdict: Verdict | null;
	/** What the user typed for this turn alone; null in a chat, whose words go to everyone. */
	userWords: string | null;
	/** What the record has in their place without a witness; null: nothing. */
	unconfirmed?: string | null;
	/** False: nothing shows that its prompt reached the agent, which then gets those words again. */
	hasHeard: boolean;
	/** How many of the notes its prompt and earlier ones have contained. */
	notesHeard: number;
	files: TurnState['files'];
}

/** The user's words to everyone. `after`: how many turns were begun before. */
export interface ChatNote {
	text: string;
	/** False: only the record says that the user said it. Default: true. */
	isConfirmed?: boolean;
	after: number;
}

export interface ChatHistory {
	/** The turns of the session and its parents, oldest first. */
	turns: readonly ChatTurn[];
	/** In the order said; `notesHeard` counts them. */
	notes: readonly ChatNote[];
}

/** `lineage`: oldest first. */
export function readHistory(lineage: readonly LineageEntry[]): ChatHistory {
	const placed = lineage.flatMap(({ folder, turns, witness }) =>
		turns.map((state) => ({ folder, state, witness })),
	);
	return { turns: readTurnRecords(placed).map(readTurn), notes: readNotes(lineage) };
}

const LOST_WORDS = 'what the user said here is missing: the prompt is gone from the records';

export function readTurn(record: TurnRecord): ChatTurn {
	const { state, events, userPrompt, unconfirmed = null, hasLostWords } = record;
	const isInChat = state.trigger === 'chat';
	const text = state.status === 'completed' ? spokenText(events) : '';
	const hasOutput = events.some(({ type }) => type === 'agent_message_chunk' || type === 'tool_call');
	return {
		who: participantOf(state),
		agent: state.agent,
		sessionId: state.session_id,
		turn: state.turn,
		status: state.status,
		isInChat,
		text: text.trim() === '' ? null : text,
		verdict: readVerdict(text),
		userWords: isInChat ? null : hasLostWords ? `[${LOST_WORDS}]` : userPrompt,
		unconfirmed: isInChat ? null : unconfirmed,
		hasHeard: state.status === 'completed' || hasOutput,
		notesHeard: state.notes_heard ?? 0,
		files: state.files,
	};
}

/** A child holds its parent's notes before its own; only the parent knows where they were said. */
export function readNotes(
	lineage: ReadonlyArray<Pick<LineageEntry, 'meta' | 'turns' | 'witness'>>,
): ChatNote[] {
	const notes: ChatNote[] = [];
	const witnesses = lineage.map(({ witness }) => witness);
	let begun = 0;
	for (const { meta, turns } of lineage) {
		const own = meta.notes.slice(notes.length);
		for (const { text, after_turn } of own)
			notes.push({
				text,
				isConfirmed: knownToAny(witnesses, text),
				after: begun + turns.filter(({ turn }) => turn <= after_turn).length,
			});
		begun += turns.length;
	}
	return notes;
}

/** What `missedBy` gives, in the order it was said. */
export type Missed =
	| { kind: 'user'; text: string }
	/** Said by the user according to the record, without a witness. */
	| { kind: 'unconfirmed'; text: string }
	| { kind: 'agent'; by: ChatTurn; isOwn: boolean };

/**
 * What a participant has not heard yet: everything that others and the user said since the last turn whose prompt reached it,
 * each exactly once. `isFresh`: its own conversation is gone, so it gets all there is, its own words included.
 */
export function missedBy({ turns, notes }: ChatHistory, who: string, isFresh: boolean): Missed[] {
	const last = isFresh ? -1 : lastHeard(turns, who);
	const heardNotes = turns[last]?.notesHeard ?? 0;
	const missed: Missed[] = [];
	let next = heardNotes;
	const takeNotes = (until: number) => {
		for (let note = notes[next]; note !== undefined && note.after <= until; note = notes[next]) {
			missed.push({ kind: note.isConfirmed === false ? 'unconfirmed' : 'user', text: note.text });
			next++;
		}
	};
	for (const [at, turn] of turns.entries()) {
		if (at <= last) continue;
		takeNotes(at);
		const isOwn = turn.who === who;
		if (isOwn && !isFresh) continue;
		if (turn.unconfirmed != null) missed.push({ kind: 'unconfirmed', text: turn.unconfirmed });
		if (turn.userWords !== null) missed.push({ kind: 'user', text: turn.userWords });
		if (turn.text !== null || turn.files.length > 0) missed.push({ kind: 'agent', by: turn, isOwn });
	}
	takeNotes(Number.POSITIVE_INFINITY);
	return missed;
}

/** Index of the newest turn whose prompt reached the participant's own conversation; -1 when there is none. */
export function lastHeard(turns: readonly ChatTurn[], who: string): number {
	return turns.findLastIndex((turn) => turn.who === who && turn.isInChat && turn.hasHeard);
}

/** All of `inRound` said DONE in their newest message, and the user said nothing that one of them had not heard before it. */
export function isAgreed({ turns, notes }: ChatHistory, inRound: readonly string[]): boolean {
	return inRound.every((who) => {
		const newest = turns.findLast((turn) => turn.who === who && turn.text !== null);
		return newest?.verdict === 'done' && newest.notesHeard >= notes.length;
	});
}

/** In the order of `everyone`, those of `inRound` only; a participant that was cut off goes first. */
export function nextSpeaker(
	{ turns }: ChatHistory,
	everyone: readonly string[],
	inRound: readonly string[],
): string | null {
	const last = turns.findLast(({ isInChat }) => isInChat);
	if (last && last.text === null && inRound.includes(last.who)) return last.who;
	const at = last ? everyone.indexOf(last.who) : -1;
	const order = [...everyone.slice(at + 1), ...everyone.slice(0, at + 1)];
	return order.find((who) => inRound.includes(who)) ?? null;
}
