/** Reads the recorded turns of a session for packets and listings: state, prompt, the user's own words, events. */
import { createHash } from 'node:crypto';
import type { AgentEvent } from '../agents/events.ts';
import { isUnreadable, readOrNull } from '../core/files/read-file.ts';
import { type FilePieces, filePieces } from '../core/files/read-pieces.ts';
import { turnFile } from '../sessions/files/session-paths.ts';
import type { TurnState } from '../sessions/turns/turn-state.ts';
import { NOTHING_SAID, type SaidWords, saidInTurn } from '../sessions/witness/said-words.ts';
import type { Witness } from '../sessions/witness/witness.ts';
import { parseEventLine } from './event-log.ts';

/** Above this only the start and the end of an event log are read; the middle stays on disk. */
const MAX_LOG_BYTES = 16 * 1024 * 1024;
/** The bytes of all logs read together, the newest first; for the others see `MIN_LOG_BYTES`. 1 MiB of log takes about 6 ms. */
const MAX_ALL_LOGS_BYTES = 24 * 1024 * 1024;
/** At least this much is read of every log: its beginning and its last words. */
const MIN_LOG_BYTES = 64 * 1024;

export interface TurnRecord {
	state: TurnState;
	/** Exactly what was sent. */
	prompt: string;
	/** What the user typed for this turn; null when the turn repeats an earlier prompt or the words are gone. */
	userPrompt: string | null;
	/** Words that the record attributes to the user, but nobody witnessed. */
	unconfirmed?: string | null;
	/** True when the user typed something that is no longer known. */
	hasLostWords?: boolean;
	/** Consecutive chunks of one message are one event; without thoughts, which no reader of records may use. */
	events: AgentEvent[];
	/** Differences from what the relay once wrote (edited, missing), in words. */
	issues: string[];
}

export interface RecordedTurn {
	folder: string;
	state: TurnState;
	/** The witness of the turn's session. */
	witness: Witness;
}

/** Reads turns, given oldest first. Missing or damaged files become issues, never errors. */
export function readTurnRecords(turns: readonly RecordedTurn[]): TurnRecord[] {
	let left = MAX_ALL_LOGS_BYTES;
	const newestFirst = turns.toReversed().map((turn) => {
		const { record, readBytes } = readTurn(turn, Math.max(MIN_LOG_BYTES, Math.min(MAX_LOG_BYTES, left)));
		left -= readBytes;
		return record;
	});
	return newestFirst.reverse();
}

/** One turn. Of an event log over `maxLogBytes` only the beginning and the end are read; `leftOutBytes`: how much lies between. */
export function readTurnRecord(
	turn: RecordedTurn,
	maxLogBytes: number,
): TurnRecord & { leftOutBytes: number } {
	const { record, readBytes, logBytes } = readTurn(turn, maxLogBytes);
	return { ...record, leftOutBytes: logBytes - readBytes };
}

function readTurn(
	{ folder, state, witness }: RecordedTurn,
	maxLogBytes: number,
): { record: TurnRecord; readBytes: number; logBytes: number } {
	const issues: string[] = [];
	const promptBytes = readPrompt(folder, state, issues);
	const log = readLog(folder, state, maxLogBytes, issues);
	const badLines: number[] = [];
	const record = {
		state,
		prompt: promptBytes.toString(),
		...ownWords(state, promptBytes, witness),
		events: parseLog(log, (line) => badLines.push(line)),
		issues,
	};
	if (badLines.length > 0)
		issues.push(
			describeBadLines(turnFile(folder, state.turn, 'events.jsonl').slice(folder.length + 1), badLines),
		);
	return { record, readBytes: Math.min(log.bytes, maxLogBytes), logBytes: log.bytes };
}

/** The user's words for a turn, without reading what came of it. */
export function readSaidWords({ folder, state, witness }: RecordedTurn): SaidWords {
	const prompt = readOrNull(turnFile(folder, state.turn, 'prompt.md')) ?? Buffer.alloc(0);
	return wordsOfTurn(state, prompt, witness);
}

function ownWords(
	state: TurnState,
	prompt: Buffer,
	witness: Witness,
): Pick<TurnRecord, 'userPrompt' | 'unconfirmed' | 'hasLostWords'> {
	const { words, unconfirmed, isLost } = wordsOfTurn(state, prompt, witness);
	return { userPrompt: words, unconfirmed, hasLostWords: isLost };
}

/** The witness says whether the turn had words of its own; if it does not know the turn, the record does. */
function wordsOfTurn({ user_prompt: range, turn }: TurnState, prompt: Buffer, witness: Witness): SaidWords {
	const isOwn = (witness.prompt(turn)?.range ?? range)?.turn === turn;
	const isRecorded = range !== null && range.turn === turn;
	if (!isOwn && !isRecorded) return NOTHING_SAID;
	const said = saidInTurn(witness, turn, isRecorded ? { prompt, range } : null);
	return isOwn ? said : { ...said, words: null, isLost: false };
}

function readPrompt(folder: string, state: TurnState, issues: string[]): Buffer {
	const bytes = readOrNull(turnFile(folder, state.turn, 'prompt.md'));
	const hash = bytes === null ? null : createHash('sha256').update(bytes).digest('hex');
	checkFile(
		turnFile(folder, state.turn, 'prompt.md').slice(folder.length + 1),
		hash,
		state.hashes.prompt,
		issues,
	);
	return bytes ?? Buffer.alloc(0);
}

/** `found`: the hash of the file; null: there is none to read. */
function checkFile(label: string, found: string | null, expected: string | null, issues: string[]): void {
	if (found === null) issues.push(`${label} is missing or cannot be read`);
	else if (expected !== null && found !== expected)
		issues.push(`${label} was changed after the relay wrote it`);
}

/** What is read of an event log: all of it, or its beginning and its end. */
interface LogParts {
	first: Buffer;
	/** null: `first` is all. */
	last: Buffer | null;
	/** Number of the line that `last` begins in. */
	lastLine: number;
	/** Length of the whole log. */
	bytes: number;
}

/** However long the log is, no more is held than what is read of it. */
function readLog(folder: string, state: TurnState, maxBytes: number, issues: string[]): LogParts {
	const path = turnFile(folder, state.turn, 'events.jsonl');
	const file = piecesOrNull(path);
	const size = file?.bytes ?? 0;
	const isCut = size > maxBytes;
	const firstBytes = isCut ? Math.floor(maxBytes / 4) : size;
	const lastFrom = isCut ? size - Math.floor((maxBytes * 3) / 4) : size;
	const kept: { first: Buffer[]; last: Buffer[] } = { first: [], last: [] };
	const hash = createHash('sha256');
	let [newlines, at] = [0, 0];
	for (const piece of file?.pieces() ?? []) {
		hash.update(piece);
		if (at < firstBytes) kept.first.push(piece.subarray(0, firstBytes - at));
		if (isCut && at < lastFrom) newlines += newlinesIn(piece.subarray(0, lastFrom - at));
		if (isCut && at + piece.length > lastFrom) kept.last.push(piece.subarray(Math.max(0, lastFrom - at)));
		at += piece.length;
	}
	checkFile(
		path.slice(folder.length + 1),
		file === null ? null : hash.digest('hex'),
		state.hashes.events,
		issues,
	);
	const first = Buffer.concat(kept.first);
	return { first, last: isCut ? Buffer.concat(kept.last) : null, lastLine: newlines + 1, bytes: at };
}

/** null also for what is no readable file. */
function piecesOrNull(path: string): FilePieces | null {
	try {
		return filePieces(path);
	} catch (error) {
		if (isUnreadable(error)) return null;
		throw error;
	}
}

const SHOWN_LINES = 5;

function describeBadLines(log: string, lines: readonly number[]): string {
	const more = lines.length > SHOWN_LINES ? ` and ${lines.length - SHOWN_LINES} more` : '';
	const what =
		lines.length === 1 ? `line ${lines[0]} is` : `lines ${lines.slice(0, SHOWN_LINES).join(', ')}${more} are`;
	return `${log}: ${what} not JSON and left out`;
}

interface LogLine {
	text: string;
	/** From 1. */
	number: number;
	/** The last line of a file whose writer died in it, or the line at which we cut a long log. */
	isTorn: boolean;
}

/** The lines of a log; of a long one only its beginning and its end. */
function linesOf({ first, last, lastLine }: LogParts): LogLine[] {
	const lines = numbered(first, 1, { isStartCut: false });
	return last === null ? lines : [...lines, ...numbered(last, lastLine, { isStartCut: true })];
}

function numbered(bytes: Buffer, start: number, { isStartCut }: { isStartCut: boolean }): LogLine[] {
	const texts = bytes.toString().split('\n');
	return texts.map((text, at) => ({
		text,
		number: start + at,
		isTorn: at === texts.length - 1 || (isStartCut && at === 0),
	}));
}

function newlinesIn(bytes: Buffer): number {
	let count = 0;
	for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count++;
	return count;
}

const NEWLINE = 0x0a;

/** `onBadLine`: called with the number of each line that is not JSON, except a torn one. */
function parseLog(log: LogParts, onBadLine: (line: number) => void): AgentEvent[] {
	const events: AgentEvent[] = [];
	const answer = new OpenMessage();
	for (const { text: line, number, isTorn } of linesOf(log)) {
		if (line === '' || THOUGHT.test(line)) continue;
		const chunk = readChunk(line);
		if ('type' in chunk) {
			if (chunk.type !== 'agent_thought_chunk') events.push(...answer.close(), chunk);
		} else if (chunk.literal !== null) {
			if (!answer.isFor(chunk.messageId)) events.push(...answer.close());
			answer.add(chunk.messageId, chunk.literal);
		} else if (!isTorn && !isJson(line)) onBadLine(number);
	}
	events.push(...answer.close());
	return events;
}

function isJson(text: string): boolean {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
}

const HEAD = '^\\{"ts":"[^"]{0,40}","seq":\\d{1,12},"type":';
/** Checked before the line is parsed: agents think more than they say. */
const THOUGHT = new RegExp(`${HEAD}"agent_thought_chunk",`);
/** The form in which the relay writes chunks; any other form is parsed as a whole. */
const CHUNK = new RegExp(`${HEAD}"agent_message_chunk","message_id":"([^"\\\\]*)","text":"(.*)"\\}$`);

/** Part of the answer, its text as a JSON literal without quotes, or any other event; no literal: no event. */
function readChunk(line: string): { messageId: string; literal: string | null } | AgentEvent {
	const [, messageId = '', literal] = CHUNK.exec(line) ?? [];
	if (literal !== undefined) return { messageId, literal };
	const event = parseEventLine(line)?.event;
	if (event?.type === 'agent_message_chunk')
		return { messageId: event.messageId, literal: JSON.stringify(event.text).slice(1, -1) };
	return event ?? { messageId: '', literal: null };
}

/** Consecutive chunks of one message. Their JSON literals are parsed at once: 300,000 words in 0.1 s instead of 2. */
class OpenMessage {
	#messageId = '';
	#literals: string[] = [];

	isFor(messageId: string): boolean {
		return this.#literals.length > 0 && this.#messageId === messageId;
	}

	add(messageId: string, literal: string): void {
		this.#messageId = messageId;
		this.#literals.push(literal);
	}

	close(): AgentEvent[] {
		if (this.#literals.length === 0) return [];
		const literals = this.#literals;
		this.#literals = [];
		const text =
			parseLiteral(literals.join('')) ?? literals.map((literal) => parseLiteral(literal) ?? '').join('');
		return [{ type: 'agent_message_chunk', messageId: this.#messageId, text }];
	}
}

/** null for anything but a string: a line that someone changed. */
function parseLiteral(literal: string): string | null {
	try {
		const value: unknown = JSON.parse(`"${literal}"`);
		return typeof value === 'string' ? value : null;
	} catch {
		return null;
	}
}
