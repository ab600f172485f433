import type { SessionId } from '../../core/ids.ts';
import { readTurnState } from '../../sessions/files/json-record.ts';
import { turnFile } from '../../sessions/files/session-paths.ts';
import { readLog } from '../../sessions/log/read-log.ts';
import { type Reason, reasonsByTurn } from '../../sessions/log/reasons.ts';
import type { SessionStore } from '../../sessions/store/session-store.ts';
import { participantOf, type TurnState } from '../../sessions/turns/turn-state.ts';
import { readSaidWords } from '../../turns/turn-records.ts';
import type { RecordedTurn } from './recorded-turns.ts';

/** A turn that wrote lines, for a reader. */
export interface WritingTurn {
	session: SessionId;
	number: number;
	/** In a chat the participant. */
	agent: string;
	model: string | null;
	/** ISO. */
	startedAt: string;
	/** The words that it worked on, as recorded; null: none are known. */
	prompt: string | null;
	trigger: TurnState['trigger'];
	/** What brought the work to this agent; null: the user gave it the prompt. */
	why: Reason | null;
}

export function describeTurn(
	{ session, folder, turn }: RecordedTurn,
	store: Pick<SessionStore, 'witness'>,
): WritingTurn {
	const state = requireState(folder, turn);
	const reasons = reasonsByTurn(readLog(folder)).get(turn - 1) ?? [];
	return {
		session,
		number: turn,
		agent: participantOf(state),
		model: state.model,
		startedAt: state.started_at,
		prompt: promptOf(folder, state, store.witness(session)),
		trigger: state.trigger,
		why: state.trigger === 'user' ? null : (reasons.at(-1) ?? null),
	};
}

/** A turn that continues an interrupted one works on that one's words. */
function promptOf(
	folder: string,
	state: TurnState,
	witness: ReturnType<SessionStore['witness']>,
): string | null {
	const spoken = state.user_prompt?.turn ?? state.turn;
	const of = spoken === state.turn ? state : requireState(folder, spoken);
	const { words, unconfirmed } = readSaidWords({ folder, state: of, witness });
	return words ?? unconfirmed;
}

function requireState(folder: string, turn: number): TurnState {
	const state = readTurnState(turnFile(folder, turn, 'state.json'));
	if (state !== null) return state;
	throw new Error(`turn ${turn} of ${folder} has just been read, and is gone`);
}
