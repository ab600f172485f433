/** What an agent is asked to do, in the user's words, and where those words are found again after a crash. */
import { RelayError } from '../core/errors.ts';
import { readOrNull } from '../core/files.ts';
import { isDone } from '../sessions/is-done.ts';
import { turnFile } from '../sessions/session-paths.ts';
import type { OpenSession, SessionStore } from '../sessions/session-store.ts';
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
	const text = last && (recordedWords(turns, last.state) ?? firstWords(session, turns));
	if (!last || !text) return null;
	const isInterrupted = !isDone(last.state);
	return { text, recordedAt: isInterrupted ? last.state.user_prompt : null, isInterrupted };
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
	const { checkpoint, turn_count, parent, objective } = session.meta;
	const pending = checkpoint?.pending_prompt ?? null;
	if (pending !== null) return newTask(pending);
	// A relay that died before its first turn left the prompt as the objective.
	if (turn_count === 0 && parent === null && objective !== null) return newTask(objective);
	const waiting = pendingTurn(placedTurns(store.lineage(session.id)));
	if (waiting === null) return null;
	return lastTask(session, store) ?? refuseLost(waiting);
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
