/** What an agent is asked to do, in the user's words, and where to find those words after a crash. */
import { RelayError } from '../../core/errors.ts';
import { readOrNull } from '../../core/files/read-file.ts';
import { wordsOfPrompt } from '../../handoff/words/words-of-prompt.ts';
import { turnFile } from '../../sessions/files/session-paths.ts';
import type { LineageEntry } from '../../sessions/lineage/lineage.ts';
import { sourcesOf } from '../../sessions/lineage/whole-lineage.ts';
import { hasUnusedPacket } from '../../sessions/listing/session-status.ts';
import type { OpenSession, SessionStore } from '../../sessions/store/session-store.ts';
import { isDone } from '../../sessions/turns/is-done.ts';
import type { TurnState } from '../../sessions/turns/turn-state.ts';
import { readNewestTurns } from '../../sessions/turns/turn-states.ts';
import {
	type SaidWords,
	saidAsObjective,
	saidAsPending,
	saidInTurn,
} from '../../sessions/witness/said-words.ts';
import { type PlacedTurn, pendingTurn, placedTurns } from '../packet/placed-turns.ts';

/** Words from a record. */
export interface RecordedWords {
	text: string;
	/** False: only the record says that they are the user's. */
	isConfirmed: boolean;
}

export interface Task extends RecordedWords {
	/** Where the words already are, if they were sent before; null for words that are sent for the first time. */
	recordedAt: TurnState['user_prompt'];
	/** True: an agent began the task and was cut off. */
	isInterrupted: boolean;
}

/** As a packet has it. */
export const nowPromptOf = ({ text, isInterrupted, isConfirmed }: Task) => ({
	text,
	isInterrupted,
	isConfirmed,
});

export function newTask(text: string): Task {
	return { text, isConfirmed: true, recordedAt: null, isInterrupted: false };
}

/** Witnesses words that no turn has taken yet, so that they are known to be the user's when a record brings them back. */
export function keepWaiting({ meta, witness }: OpenSession, { text, isConfirmed, recordedAt }: Task): void {
	if (isConfirmed && recordedAt === null)
		witness.add({ kind: 'pending', turn: meta.turn_count, words: text });
}

/** What is asked about the words of a session. */
type Recorded = Pick<OpenSession, 'id' | 'meta' | 'folder' | 'witness'>;

/** The newest prompt, verbatim; interrupted when an agent began on it without completing. null before the first. */
export function lastTask(session: Recorded, store: SessionStore): Task | null {
	const lineage = store.story(session.id);
	const turns = placedTurns(lineage);
	const last = turns.at(-1);
	if (last === undefined) return firstTask(session, lineage);
	const words = recordedWords(turns, last.state) ?? firstWords(lineage, turns);
	if (!words?.text) return null;
	const isInterrupted = !isDone(last.state);
	return { ...words, recordedAt: isInterrupted ? last.state.user_prompt : null, isInterrupted };
}

/** The words of a session without a readable turn: its relay died before the first one, or that one's state is damaged. */
function firstTask({ meta }: Pick<Recorded, 'meta'>, lineage: readonly LineageEntry[]): Task | null {
	const words = sourcesOf(meta).length === 0 ? objectiveOf(lineage) : null;
	return words && { ...words, recordedAt: null, isInterrupted: meta.turn_count > 0 };
}

/** The words of a lineage's first prompt, which are in the session's record as well; null for a later prompt. */
function firstWords(lineage: readonly LineageEntry[], turns: readonly PlacedTurn[]): RecordedWords | null {
	const first = turns[0]?.state;
	const newest = turns.at(-1)?.state.user_prompt;
	const isFirst =
		first !== undefined && newest?.turn === first.turn && turns.at(-1)?.sessionId === turns[0]?.sessionId;
	return isFirst ? objectiveOf(lineage) : null;
}

/** The first words of a lineage, as its newest record has them; null: it has none yet. */
export function objectiveOf(lineage: readonly LineageEntry[]): RecordedWords | null {
	const recorded = lineage.at(-1)?.meta.objective ?? null;
	return eitherOf(saidAsObjective(witnessesOf(lineage), recorded));
}

const witnessesOf = (lineage: readonly LineageEntry[]) => lineage.map(({ witness }) => witness);

/** What still waits for an answer: a prompt that no turn took, else the newest that did not complete. null: nothing. */
export function unfinishedTask(session: Recorded, store: SessionStore): Task | null {
	const pending = session.meta.checkpoint?.pending_prompt ?? null;
	const lineage = store.story(session.id);
	if (pending !== null) {
		const words = eitherOf(saidAsPending(witnessesOf(lineage), pending));
		return words && { ...newTask(words.text), ...words };
	}
	const turns = placedTurns(lineage);
	if (turns.length === 0) return firstTask(session, lineage);
	const waiting = pendingTurn(turns);
	const { unreadTurn: unread } = readNewestTurns(session.folder);
	if (unread !== null) return unreadTask(session, unread, waiting && lastTask(session, store));
	if (waiting === null) return null;
	return lastTask(session, store) ?? refuseLost(waiting);
}

/**
 * What a session that was handed over waits for: what is unfinished, else the newest prompt again, as the next agent has the packet
 * and no other words. null: nothing.
 */
export function waitingTask(session: Recorded, store: SessionStore): Task | null {
	const unfinished = unfinishedTask(session, store);
	const { meta } = session;
	const { reason, next_agent } = meta.checkpoint ?? {};
	if (unfinished !== null || reason !== 'handoff' || !next_agent) return unfinished;
	const lastTurn = store.turns(session.id).at(-1) ?? null;
	return hasUnusedPacket({ meta, lastTurn }) ? lastTask(session, store) : null;
}

/**
 * The task of a newest turn whose state cannot be read (a power cut) or was not written yet: its outcome is not known.
 * `before`: the words that waited then; a hand-over passes them on.
 */
function unreadTask({ folder, meta, witness }: Recorded, turn: number, before: Task | null): Task {
	const path = turnFile(folder, turn, 'prompt.md');
	const sent = readOrNull(path);
	if (before !== null && (sent === null || sent.includes(before.text)))
		return { ...before, isInterrupted: true };
	const range = witness.prompt(turn)?.range ?? null;
	const witnessed = range && saidInTurn(witness, turn, { prompt: sent, range }).words;
	const words = eitherOf({ ...wordsAlone(sent), words: witnessed });
	if (words !== null && words.text.trim() !== '') return { ...words, recordedAt: null, isInterrupted: true };
	// The hand-over itself was cut off: its packet exists, and it passes on the words before.
	const isHandOver = (meta.checkpoint?.packet ?? null) !== null;
	if (before !== null && isHandOver) return { ...before, isInterrupted: true };
	throw new RelayError('damaged_record', `How turn ${turn} ended cannot be read. Its prompt: ${path}`, {
		hint: 'Say what to do next: agent-relay run --continue "TASK"',
	});
}

/** The words of a prompt whose witness is gone. */
const wordsAlone = (sent: Buffer | null) => ({
	unconfirmed: sent === null ? null : wordsOfPrompt(sent.toString()),
});

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

/** What a turn worked on, verbatim: the bytes that its state points to, or those of the witness. null when both are gone. */
export function recordedWords(turns: readonly PlacedTurn[], state: TurnState): RecordedWords | null {
	const { session_id: id, turn, user_prompt: range } = state;
	const own = turns.filter(({ sessionId }) => sessionId === id);
	const holder = own.findLast((one) => one.state.turn === range?.turn);
	const prompt = range && holder ? readOrNull(turnFile(holder.folder, range.turn, 'prompt.md')) : null;
	const witness = own[0]?.witness;
	return witness === undefined ? null : eitherOf(saidInTurn(witness, turn, range && { prompt, range }));
}

/** The user's words, else what a record says they are. */
function eitherOf({ words, unconfirmed }: Pick<SaidWords, 'words' | 'unconfirmed'>): RecordedWords | null {
	const text = words ?? unconfirmed;
	return text === null ? null : { text, isConfirmed: words !== null };
}
