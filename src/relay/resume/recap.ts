/** What a user wants to know of a session that is resumed: a few facts, read from the newest turns alone. */
import { fromIso } from '../../core/clock.ts';
import type { LineageEntry } from '../../sessions/lineage/lineage.ts';
import type { CheckpointReason } from '../../sessions/session-meta.ts';
import { isDone } from '../../sessions/turns/is-done.ts';
import { type RecordedPlan, reportedPlan } from '../../sessions/turns/standing-plan.ts';
import { participantOf } from '../../sessions/turns/turn-state.ts';
import { undoHistory } from '../../sessions/undo/undo-history.ts';
import { spokenText } from '../../turns/spoken-text.ts';
import { type RecordedTurn, readSaidWords, readTurnRecords } from '../../turns/turn-records.ts';

/** Of the session with those it continues. Texts are as recorded. */
export interface Recap {
	title: string | null;
	turns: number;
	/** Who worked, in the order of their first turns; of a chat the participants. */
	agents: string[];
	/** When the last turn ended, epoch ms; null: it has not, or there is none. */
	endedAt: number | null;
	/** What the user said last, as far as it is known. */
	prompt: string | null;
	/** The newest answer; null: nobody said anything lately. */
	answer: { who: string; text: string } | null;
	/** What still waits for an answer. */
	pending: string | null;
	/** Why the session stopped with work left; null: it did not. `resetAt`: epoch ms. */
	stopped: { reason: CheckpointReason; nextAgent: string | null; resetAt: number | null } | null;
	/** The newest plan that an agent reported; empty: none. */
	plan: RecordedPlan;
	/** The turns whose changes are taken back, by number in the session itself; those of its ancestors are counted. */
	undone: { own: number[]; others: number };
}

/** How far back the last prompt and the last answer are looked for: a hand-over repeats a prompt, and a limit gives no answer. */
const LOOK = 5;

/** `lineage`: with what it was forked from, oldest first. null before the first turn. */
export function recapOf(lineage: readonly LineageEntry[]): Recap | null {
	const own = lineage.at(-1);
	const turns = lineage.flatMap(({ folder, witness, turns: states }) =>
		states.map((state) => ({ folder, state, witness })),
	);
	const last = turns.at(-1);
	if (own === undefined || last === undefined) return null;
	const { checkpoint, title } = own.meta;
	const newestFirst = turns.slice(-LOOK).reverse();
	const prompt = firstOf(newestFirst, wordsOf);
	const undone = undoHistory(lineage).turns.filter(({ undoneBy }) => undoneBy !== null);
	const ownUndone = undone.filter(({ sessionId }) => sessionId === own.meta.id);
	return {
		title,
		turns: turns.length,
		agents: [...new Set(turns.map(({ state }) => participantOf(state)))],
		endedAt: fromIso(last.state.ended_at),
		prompt,
		answer: firstOf(newestFirst, answerOf),
		pending: checkpoint?.pending_prompt ?? (isDone(last.state) ? null : prompt),
		stopped: checkpoint && {
			reason: checkpoint.reason,
			nextAgent: checkpoint.next_agent,
			resetAt: fromIso(checkpoint.reset_at),
		},
		plan: reportedPlan(turns.map(({ state }) => state)) ?? [],
		undone: { own: ownUndone.map(({ state }) => state.turn), others: undone.length - ownUndone.length },
	};
}

function firstOf<Found>(
	turns: readonly RecordedTurn[],
	find: (turn: RecordedTurn) => Found | null,
): Found | null {
	for (const turn of turns) {
		const found = find(turn);
		if (found !== null) return found;
	}
	return null;
}

function wordsOf(turn: RecordedTurn): string | null {
	const { words, unconfirmed } = readSaidWords(turn);
	return words ?? unconfirmed;
}

function answerOf(turn: RecordedTurn): Recap['answer'] {
	const text = readTurnRecords([turn])
		.map(({ events }) => spokenText(events))
		.join('');
	return text.trim() === '' ? null : { who: participantOf(turn.state), text };
}
