/** What an agent is asked to do, in the user's words, and where those words are found again after a crash. */
import { readIfThere } from '../core/files.ts';
import { turnFile } from '../sessions/session-paths.ts';
import type { OpenSession, SessionStore } from '../sessions/session-store.ts';
import { isDone, type TurnState } from '../sessions/turn-state.ts';
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
	const text = last && recordedWords(turns, last.state);
	if (!last || !text) return null;
	const isInterrupted = !isDone(last.state);
	return { text, recordedAt: isInterrupted ? last.state.user_prompt : null, isInterrupted };
}

/** What still waits for an answer: a prompt that no turn took, else the newest that did not complete. null: nothing. */
export function unfinishedTask(session: OpenSession, store: SessionStore): Task | null {
	const { checkpoint, turn_count, parent, objective } = session.meta;
	const pending = checkpoint?.pending_prompt ?? null;
	if (pending !== null) return newTask(pending);
	// A relay that died before its first turn left the prompt as the objective.
	if (turn_count === 0 && parent === null && objective !== null) return newTask(objective);
	return pendingTurn(placedTurns(store.lineage(session.id))) === null ? null : lastTask(session, store);
}

/** The user's words that a turn worked on, verbatim: the bytes that its state points to. null when the record is gone. */
export function recordedWords(turns: readonly PlacedTurn[], state: TurnState): string | null {
	const range = state.user_prompt;
	const holder = turns.findLast(
		(turn) => turn.sessionId === state.session_id && turn.state.turn === range?.turn,
	);
	if (!range || !holder) return null;
	const bytes = readIfThere(turnFile(holder.folder, range.turn, 'prompt.md'));
	return bytes?.subarray(range.start, range.end).toString() ?? null;
}
