/** Where each file of a session is. Pure; the only place that knows their names. */
import { isAbsolute, join, normalize, sep } from 'node:path';
import { namesIn } from '../../core/files/folders.ts';
import type { SessionId } from '../../core/ids.ts';

export type TurnFileName =
	| 'prompt.md'
	| 'output.md'
	| 'stderr.log'
	| 'state.json'
	| 'events.jsonl'
	| 'raw.jsonl'
	/** Only if the agent asked. */
	| 'questions.jsonl';

export const META_FILE = 'meta.json';
export const LOCK_FILE = 'lock';
const LOG_FILE = 'log.jsonl';
export const TURNS_FOLDER = 'turns';
export const PACKETS_FOLDER = 'resume';
/** What each undo wrote, path by path, and copies of what it was told to replace. */
const UNDO_FOLDER = 'undo';
/** Logs of a race, and what an adoption stages: only in the session of a race. */
export const RACE_FOLDER = 'race';
export const ADOPT_FOLDER = 'adopt';
/** Where an agent works that is asked something beside every conversation. What it keeps of that is no conversation of the user's. */
export const ASIDE_FOLDER = 'agent-relay-aside';
/** The record of a race, in the folder of its session. */
export const RACE_FILE = 'race.json';

export function sessionsFolder(location: { folder: string }): string {
	return join(location.folder, 'sessions');
}

/** What is live now. */
export function runtimeFolder(location: { folder: string }): string {
	return join(location.folder, 'runtime');
}

export function sessionFolder(location: { folder: string }, id: SessionId): string {
	return join(sessionsFolder(location), id);
}

/** Three digits, more from turn 1000 on. */
export function formatTurn(turn: number): string {
	if (!Number.isSafeInteger(turn) || turn < 1) throw new Error(`not a turn number: ${turn}`);
	return String(turn).padStart(3, '0');
}

export function turnFile(folder: string, turn: number, name: TurnFileName): string {
	return join(folder, TURNS_FOLDER, `${formatTurn(turn)}-${name}`);
}

/** What the relay did in the session, and why. */
export const logFile = (folder: string) => join(folder, LOG_FILE);

/** `n` is the number of the turn that the packet follows. Agent ids are made safe as part of a file name. */
export function packetFile(
	folder: string,
	n: number,
	from: string,
	to: string,
	extension: 'md' | 'json',
): string {
	const number = String(Math.max(0, n)).padStart(3, '0');
	return join(folder, PACKETS_FOLDER, `${number}-${asNamePart(from)}-${asNamePart(to)}.${extension}`);
}

const MAX_NAME_PART = 40;

function asNamePart(agent: string): string {
	const safe = agent.replace(/[^A-Za-z0-9._-]/g, '_').replace(/^\.+/, '_');
	return safe.slice(0, MAX_NAME_PART) || 'agent';
}

/** The record of the session's undo or redo with that number. `kept`: the folder of the copies. */
export function undoFile(folder: string, step: number, what: 'json' | 'kept'): string {
	return join(folder, UNDO_FOLDER, `${formatTurn(step)}${what === 'json' ? '.json' : '-kept'}`);
}

/** The absolute path of a session-relative one from a record, or null when it would leave the session's folder. */
export function insideSession(folder: string, relativePath: string): string | null {
	if (relativePath === '' || isAbsolute(relativePath) || relativePath.includes('\0')) return null;
	const path = normalize(relativePath);
	return path === '.' || path === '..' || path.startsWith(`..${sep}`) ? null : join(folder, path);
}

/** Numbers of all turns that left any file, ascending. A session without the folder has none. */
export function turnNumbers(folder: string): number[] {
	return [...new Set(turnFileNames(folder).map((name) => Number(TURN_FILE.exec(name)?.[1] ?? 0)))]
		.filter((turn) => turn > 0)
		.sort((a, b) => a - b);
}

/** The newest turn that left more than its prompt; 0: none. Its number is taken, whatever its files hold. */
export function newestBegunTurn(folder: string): number {
	const begun = turnFileNames(folder).filter((name) => !name.endsWith('-prompt.md'));
	return Math.max(0, ...begun.map((name) => Number(TURN_FILE.exec(name)?.[1] ?? 0)));
}

const TURN_FILE =
	/^(\d{3,15})-(?:prompt\.md|output\.md|stderr\.log|state\.json|events\.jsonl|raw\.jsonl|questions\.jsonl)$/;

/** The numbers of all turns, unsorted. Empty for a folder that cannot be listed, so that only this session suffers. */
export const turnFileNames = (folder: string): string[] =>
	namesIn(join(folder, TURNS_FOLDER), 'EACCES', 'EPERM', 'EIO').filter((name) => TURN_FILE.test(name));
