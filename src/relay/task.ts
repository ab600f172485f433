/** What an agent is asked to do, in the user's words, and where those words are found again after a crash. */
import { RelayError } from '../core/errors.ts';
import { readOrNull } from '../core/files.ts';
import { wordsOfPrompt } from '../handoff/words-of-prompt.ts';
import { isDone } from '../sessions/is-done.ts';
import { turnFile } from '../sessions/session-paths.ts';
import type { OpenSession, SessionStore } from '../sessions/session-store.ts';
import { readNewestTurns } from '../sessions/turn-records.ts';
import type { TurnState } from '../sessions/turn-state.ts';
import { type PlacedTurn, pendingTurn, placedTurns } from './lineage.ts';

export interface Task {
	text: string;
	/** Where the words stand already, when they were sent before; null for words that go out for the first time. */
	recordedAt: TurnState['user_prompt'];
	/** True: an agent began on it and was cut off. */
	isInterrupted: boolean;
}

export function newTask(text: string): Task {
	return { text, recordedAt: null, isInterrupted: false };
}

/** The newest prompt, verbatim; interrupted when an agent began on it without completing. null before the first. */
export function lastTask(session: OpenSession, store: SessionStore): Task | null {
	const turns = placedTurns(store.lineage(session.id));
	const last = turns.at(-1);
	if (last === undefined) return firstTask(session);
	const text = recordedWords(turns, last.state) ?? firstWords(session, turns);
	if (!text) return null;
	const isInterrupted = !isDone(last.state);
	return { text, recordedAt: isInterrupted ? last.state.user_prompt : null, isInterrupted };
}

/** The words of a session of which no turn can be read: its relay died before its first one, or that one's state is damaged. */
function firstTask({ meta }: OpenSession): Task | null {
	const { turn_count, parent, objective } = meta;
	if (parent !== null || objective === null) return null;
	return { text: objective, recordedAt: null, isInterrupted: turn_count > 0 };
}

/** The words of a lineage's first prompt stand in the session's record as well; null for a later one. */
function firstWords({ meta }: OpenSession, turns: readonly PlacedTurn[]): string | null {
	const first = turns[0]?.state;
	const newest = turns.at(-1)?.state.user_prompt;
	const isFirst =
		first !== undefined && newest?.turn === first.turn && turns.at(-1)?.sessionId === turns[0]?.sessionId;
	return isFirst ? meta.objective : null;
}

/** What still waits for an answer: a prompt that no turn took, else the newest that did not complete. null: nothing. */
export function unfinishedTask(session: OpenSession, store: SessionStore): Task | null {
	const pending = session.meta.checkpoint?.pending_prompt ?? null;
	if (pending !== null) return newTask(pending);
	const turns = placedTurns(store.lineage(session.id));
	if (turns.length === 0) return firstTask(session);
	const waiting = pendingTurn(turns);
	const { unreadTurn: unread } = readNewestTurns(session.folder);
	if (unread !== null) return unreadTask(session, unread, waiting && lastTask(session, store));
	if (waiting === null) return null;
	return lastTask(session, store) ?? refuseLost(waiting);
}

/**
 * What the newest turn was to do, whose state cannot be read (a power cut) or was not written yet: its outcome is not known.
 * `before`: the words that waited then; a hand-over sends them on.
 */
function unreadTask({ folder, meta }: OpenSession, turn: number, before: Task | null): Task {
	const path = turnFile(folder, turn, 'prompt.md');
	const sent = readOrNull(path)?.toString() ?? null;
	if (before !== null && (sent === null || sent.includes(before.text)))
		return { ...before, isInterrupted: true };
	const words = sent === null ? null : wordsOfPrompt(sent);
	if (words !== null && words.trim() !== '') return { text: words, recordedAt: null, isInterrupted: true };
	// The hand-over itself was cut: its packet stands, and what it sends on are the words before.
	const isHandOver = (meta.checkpoint?.packet ?? null) !== null;
	if (before !== null && isHandOver) return { ...before, isInterrupted: true };
	throw new RelayError('damaged_record', `How turn ${turn} ended cannot be read. Its prompt: ${path}`, {
		hint: 'Say what to do next: agent-relay run --continue "TASK"',
	});
}

function refuseLost({ state, folder }: PlacedTurn): never {
	const path = turnFile(folder, state.user_prompt?.turn ?? state.turn, 'prompt.md');
	throw new RelayError(
		'damaged_record',
		`What you asked for in turn ${state.turn} is gone: ${path} is missing or cut.`,
		{
			hint: 'Say it again: agent-relay run --continue "TASK"',
		},
	);
}

/** The user's words that a turn worked on, verbatim: the bytes that its state points to. null when the record is gone. */
export function recordedWords(turns: readonly PlacedTurn[], state: TurnState): string | null {
	const range = state.user_prompt;
	const holder = turns.findLast(
		(turn) => turn.sessionId === state.session_id && turn.state.turn === range?.turn,
	);
	if (!range || !holder) return null;
	const bytes = readOrNull(turnFile(holder.folder, range.turn, 'prompt.md'));
	if (bytes === null || bytes.length < range.end) return null;
	return bytes.subarray(range.start, range.end).toString();
}
