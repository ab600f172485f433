import { closeSync, readSync } from 'node:fs';
import { fromIso } from '../../core/clock.ts';
import { hasErrno, RelayError } from '../../core/errors.ts';
import { isUnreadable, openToRead } from '../../core/files/read-file.ts';
import { readTurnState } from '../files/json-record.ts';
import { turnFile, turnNumbers } from '../files/session-paths.ts';
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
	for (const found of eachTurn(folder)) {
		if (typeof found === 'string') records.problems.push(found);
		else records.turns.push(found);
	}
	return records;
}

/** As `readTurns`, one after the other, so that no more than one is in memory. A string is a problem. */
export function* eachTurn(folder: string): Generator<TurnState | string> {
	for (const turn of turnNumbers(folder)) {
		const found = tryReadTurn(folder, turn);
		if (found !== null) yield found;
	}
}

/** The state of a session by its newest turns. */
export interface NewestTurns {
	/** The state of the newest turn that has a readable one. */
	lastTurn: TurnState | null;
	/** The newest turn, if its state is missing or cannot be read: how it ended is not known. Else null. */
	unreadTurn: number | null;
}

/** Reads one file if nothing is damaged. */
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

const NO_EXIT = /"exit_code":\s*null,\s*"signal":\s*null/;
/** Enough for the keys up to the times, which come before all that can be long. */
const HEAD_BYTES = 8 * 1024;
const TIME = (key: string) => new RegExp(`"${key}":\\s*"([^"\\\\]{1,40})"`);

/**
 * When the newest turn ended, by its own record; when it began, if it still runs or its relay died: a repair does not count as
 * use of the session, and an adoption does. Epoch ms; null: no turn has a readable record. Reads the beginning of one file.
 */
export function newestTurnTime(folder: string): number | null {
	for (const turn of turnNumbers(folder).reverse()) {
		const head = readHead(turnFile(folder, turn, 'state.json'));
		const began = fromIso(TIME('started_at').exec(head)?.[1]);
		const ended = NO_EXIT.test(head) ? null : fromIso(TIME('ended_at').exec(head)?.[1]);
		const adopted = fromIso(TIME('adopted_at').exec(head)?.[1]);
		if (began !== null) return Math.max(began, ended ?? began, adopted ?? began);
	}
	return null;
}

/** Empty if it is not a readable file. */
function readHead(path: string): string {
	try {
		const fd = openToRead(path);
		try {
			const head = Buffer.alloc(HEAD_BYTES);
			return head.toString('utf8', 0, readSync(fd, head, 0, HEAD_BYTES, 0));
		} finally {
			closeSync(fd);
		}
	} catch (error) {
		if (isUnreadable(error) || hasErrno(error, 'ENOENT', 'ENOTDIR')) return '';
		throw error;
	}
}
