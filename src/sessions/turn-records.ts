import { RelayError } from '../core/errors.ts';
import { readTurnState } from './record-file.ts';
import { turnFile, turnNumbers } from './session-paths.ts';
import type { TurnState } from './turn-state.ts';

export interface TurnRecords {
	/** Ascending. */
	turns: TurnState[];
	/** One line for each turn whose record cannot be read. */
	problems: string[];
}

/** All turns of a session's folder that have a readable state. A damaged one is named, not thrown. */
export function readTurns(folder: string): TurnRecords {
	const records: TurnRecords = { turns: [], problems: [] };
	for (const turn of turnNumbers(folder)) {
		const found = tryReadTurn(folder, turn);
		if (typeof found === 'string') records.problems.push(found);
		else if (found !== null) records.turns.push(found);
	}
	return records;
}

/** Where a session stands by its newest turns. */
export interface NewestTurns {
	/** The state of the newest turn that has a readable one. */
	lastTurn: TurnState | null;
	/** The newest turn, where its state cannot be read or is not there: how it ended is not known. Else null. */
	unreadTurn: number | null;
}

/** Reads one file where nothing is damaged. */
export function readNewestTurns(folder: string): NewestTurns {
	const [newest, ...earlier] = turnNumbers(folder).reverse();
	if (newest === undefined) return { lastTurn: null, unreadTurn: null };
	for (const turn of [newest, ...earlier]) {
		const found = tryReadTurn(folder, turn);
		if (found !== null && typeof found !== 'string')
			return { lastTurn: found, unreadTurn: turn === newest ? null : newest };
	}
	return { lastTurn: null, unreadTurn: newest };
}

/** null: the turn left no state. A string says why the state cannot be read. */
function tryReadTurn(folder: string, turn: number): TurnState | string | null {
	try {
		return readTurnState(turnFile(folder, turn, 'state.json'));
	} catch (error) {
		if (error instanceof RelayError) return error.message;
		throw error;
	}
}
