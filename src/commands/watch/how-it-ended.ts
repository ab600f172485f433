import { RelayError } from '../../core/errors.ts';
import type { SessionId } from '../../core/ids.ts';
import { readRace } from '../../race/record/race-store.ts';
import { EXIT, exitCodeOfError, exitCodeOfSession } from '../../relay/exit-codes.ts';
import type { TrueStatus } from '../../sessions/listing/session-status.ts';
import type { SessionStore } from '../../sessions/store/session-store.ts';
import { readNewestTurns } from '../../sessions/turns/turn-states.ts';

export interface WatchedEnd {
	id: SessionId;
	/** The session that it continues. */
	parent: string | null;
	/** Only for a race, whose own record says what came of it. */
	isEntrant: boolean;
	/** null: the record is gone, or cannot be read; `problem` says so. */
	status: TrueStatus | null;
	problem: string | null;
	/** What `run` would have ended with; of one that is at work, 0. */
	exitCode: number;
}

/** How a session was left, by its records. */
export function howItEnded(id: SessionId, store: SessionStore): WatchedEnd {
	try {
		const { kind, parent } = store.read(id);
		const status = store.status(id);
		const known = { id, parent, status, problem: null, isEntrant: kind === 'race' && parent !== null };
		if (status.status === 'active') return { ...known, exitCode: EXIT.done };
		const race = kind === 'race' && parent === null ? readRace(id, store) : null;
		const { lastTurn } = readNewestTurns(store.folderOf(id));
		return { ...known, exitCode: exitCodeOfSession({ ...status, lastTurn, race }) };
	} catch (error) {
		if (!(error instanceof RelayError)) throw error;
		const lost = { status: null, problem: error.message, exitCode: exitCodeOfError(error) };
		return { id, parent: null, isEntrant: false, ...lost };
	}
}

/** Those that no other of them continues: what they were left as is what came of it all. Of a race that is its own record. */
export function lastOnes(ends: Iterable<WatchedEnd>): WatchedEnd[] {
	const all = [...ends];
	const hasRace = ({ isEntrant, parent }: WatchedEnd) => isEntrant && all.some(({ id }) => id === parent);
	const isContinued = ({ id }: WatchedEnd) => all.some((end) => end.parent === id && !hasRace(end));
	return all.filter((end) => !hasRace(end) && !isContinued(end));
}
