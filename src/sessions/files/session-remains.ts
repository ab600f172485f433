/** What is left of a session whose record is missing or cannot be read. Only looks at its folder and changes nothing. */
import { join } from 'node:path';
import { lstatIfThere } from '../../core/files/file-facts.ts';
import { namesIn } from '../../core/files/folders.ts';
import { readNewestTurns } from '../turns/turn-states.ts';
import {
	LOCK_FILE,
	META_FILE,
	PACKETS_FOLDER,
	TURNS_FOLDER,
	turnFile,
	turnFileNames,
	turnNumbers,
} from './session-paths.ts';

export interface SessionRemains {
	/** Ascending. */
	turns: Array<{ turn: number; files: string[] }>;
	waitingPrompt: WaitingPrompt | null;
}

/** The prompt of the newest turn, whose end is not on record. */
interface WaitingPrompt {
	turn: number;
	/** Absolute. */
	path: string;
}

export function remainsOf(folder: string): SessionRemains {
	const names = turnFileNames(folder).sort();
	const turns = turnNumbers(folder).map((turn) => ({
		turn,
		files: names.filter((name) => Number.parseInt(name, 10) === turn),
	}));
	return { turns, waitingPrompt: waitingPromptIn(folder) };
}

function waitingPromptIn(folder: string): WaitingPrompt | null {
	const { unreadTurn: turn } = readNewestTurns(folder);
	if (turn === null) return null;
	const path = turnFile(folder, turn, 'prompt.md');
	return lstatIfThere(path)?.isFile() === true ? { turn, path } : null;
}

/** Why a session without a record is damaged, as one clause. What a narrow listing may cut off comes last. */
export function describeMissingRecord(folder: string): string {
	if (isUnbegun(folder)) return `nothing was sent: its relay ended before it wrote ${META_FILE}`;
	const waiting = waitingPromptIn(folder);
	return waiting === null
		? `${META_FILE} is missing`
		: `the prompt of turn ${waiting.turn} waits, but ${META_FILE} is missing`;
}

/** True for a folder that holds only what a relay makes before the record: nobody's work is in it. */
export function isUnbegun(folder: string): boolean {
	return (
		namesIn(folder, 'EACCES', 'EPERM').every((name) => BEFORE_RECORD.test(name)) &&
		[TURNS_FOLDER, PACKETS_FOLDER].every(
			(name) => namesIn(join(folder, name), 'EACCES', 'EPERM').length === 0,
		)
	);
}

const BEFORE_RECORD = new RegExp(
	`^(?:${LOCK_FILE}(?:\\.after-[0-9a-f]{16})*|${TURNS_FOLDER}|${PACKETS_FOLDER}|\\.gitignore|\\..+\\.tmp)$`,
);
