/** What a user wants to know of a session that is resumed: a few facts, read from the newest turns alone. */
import type { PermissionPreset } from '../../agents/agent-adapter.ts';
import { fromIso } from '../../core/clock.ts';
import type { FileChange } from '../../git/repo-facts.ts';
import type { LineageEntry } from '../../sessions/lineage/lineage.ts';
import type { CheckpointReason } from '../../sessions/session-meta.ts';
import { isDone } from '../../sessions/turns/is-done.ts';
import { newestChanges } from '../../sessions/turns/newest-changes.ts';
import { type RecordedPlan, reportedPlan } from '../../sessions/turns/standing-plan.ts';
import { participantOf, type TurnState } from '../../sessions/turns/turn-state.ts';
import { undoHistory } from '../../sessions/undo/undo-history.ts';
import { spokenText } from '../../turns/spoken-text.ts';
import { type RecordedTurn, readSaidWords, readTurnRecords } from '../../turns/turn-records.ts';

/** One prompt and what came of it. Texts are as recorded. */
interface RecapExchange {
	/** What the user said; null: nothing, or it is not known. In a chat each message stands by itself. */
	prompt: string | null;
	/** The newest answer to it; null: nobody said anything. */
	answer: { who: string; text: string } | null;
}

/** What is known of the session with those it continues. Texts are as recorded. */
export interface Recap {
	title: string | null;
	turns: number;
	/** Who worked, in the order of their first turns; of a chat the participants. */
	agents: string[];
	/** When the last turn ended, epoch ms; null: it has not, or there is none. */
	endedAt: number | null;
	/** The last of what was said, oldest first; at most three. */
	said: RecapExchange[];
	/** The newest change of each path, by path. */
	files: FileChange[];
	/** Checks that failed when they were last run. */
	failing: string[];
	/** What still waits for an answer. */
	pending: string | null;
	/** Why the session stopped with work left; null: it did not. `resetAt`: epoch ms. */
	stopped: { reason: CheckpointReason; nextAgent: string | null; resetAt: number | null } | null;
	/** The newest plan that an agent reported; empty: none. */
	plan: RecordedPlan;
	/** The turns whose changes are taken back, by number in the session itself; those of its ancestors are counted. */
	undone: { own: number[]; others: number };
	/** What the agent that worked last might do. */
	permissions: PermissionPreset;
}

const EXCHANGES = 3;
/** How many turns are looked at for these: a hand-over repeats a prompt, and a limit gives no answer. */
const LOOK = 5 * EXCHANGES;

/** `lineage`: with what it was forked from, oldest first. null before the first turn. */
export function recapOf(lineage: readonly LineageEntry[]): Recap | null {
	const own = lineage.at(-1);
	const turns = lineage.flatMap(({ folder, witness, turns: states }) =>
		states.map((state) => ({ folder, state, witness })),
	);
	const last = turns.at(-1);
	if (own === undefined || last === undefined) return null;
	const { checkpoint, title } = own.meta;
	const said = exchangesOf(turns.slice(-LOOK));
	const prompt = said.findLast((one) => one.prompt !== null)?.prompt ?? null;
	const states = turns.map(({ state }) => state);
	const undone = undoHistory(lineage).turns.filter(({ undoneBy }) => undoneBy !== null);
	const ownUndone = undone.filter(({ sessionId }) => sessionId === own.meta.id);
	return {
		title,
		turns: turns.length,
		agents: [...new Set(turns.map(({ state }) => participantOf(state)))],
		endedAt: fromIso(last.state.ended_at),
		said,
		files: newestChanges(states),
		failing: failingIn(states),
		pending: checkpoint?.pending_prompt ?? (isDone(last.state) ? null : prompt),
		stopped: checkpoint && {
			reason: checkpoint.reason,
			nextAgent: checkpoint.next_agent,
			resetAt: fromIso(checkpoint.reset_at),
		},
		plan: reportedPlan(states) ?? [],
		undone: { own: ownUndone.map(({ state }) => state.turn), others: undone.length - ownUndone.length },
		permissions: last.state.permissions,
	};
}

/** `turns`: the newest, oldest first. The answers are read only of what is shown. */
function exchangesOf(turns: readonly RecordedTurn[]): RecapExchange[] {
	const groups: Array<{ prompt: string | null; turns: RecordedTurn[] }> = [];
	for (const turn of turns) {
		const words = wordsOf(turn);
		const newest = groups.at(-1);
		// A turn that is sent again what was said before has no words of its own.
		const isNew = words !== null || turn.state.trigger === 'chat';
		if (newest === undefined || isNew) groups.push({ prompt: words, turns: [turn] });
		else newest.turns.push(turn);
	}
	return groups.slice(-EXCHANGES).map((group) => ({
		prompt: group.prompt,
		answer: newestAnswer(group.turns),
	}));
}

function newestAnswer(turns: readonly RecordedTurn[]): RecapExchange['answer'] {
	for (const turn of turns.toReversed()) {
		const found = answerOf(turn);
		if (found !== null) return found;
	}
	return null;
}

/** A check that was run again counts as it ended then. */
function failingIn(states: readonly TurnState[]): string[] {
	const last = new Map<string, 'passed' | 'failed' | 'unknown'>();
	for (const { validation } of states)
		for (const { command, status } of validation) last.set(command, status);
	return [...last].filter(([, status]) => status === 'failed').map(([command]) => command);
}

function wordsOf(turn: RecordedTurn): string | null {
	const { words, unconfirmed } = readSaidWords(turn);
	return words ?? unconfirmed;
}

function answerOf(turn: RecordedTurn): RecapExchange['answer'] {
	const text = readTurnRecords([turn])
		.map(({ events }) => spokenText(events))
		.join('');
	return text.trim() === '' ? null : { who: participantOf(turn.state), text };
}
