/**
 * Sessions that another process writes, read as they grow: what is new in the log and in the events of each turn, in one order
 * (`next-record.ts`), each record once. Locks and writes nothing.
 */
import { join } from 'node:path';
import { isFolder } from '../../core/files/folders.ts';
import type { SessionId } from '../../core/ids.ts';
import { logFile, TURNS_FOLDER, turnFile, turnNumbers } from '../files/session-paths.ts';
import { BEGINNING, hasReached, type Position } from './cursor.ts';
import { nextRecord } from './next-record.ts';
import { type NumberedLine, NumberedLines } from './numbered-lines.ts';

export interface FollowedRecord {
	session: SessionId;
	source: 'log' | 'events';
	/** The turn that it stands in; 0: before the first. */
	turn: number;
	line: NumberedLine;
	/** What is out with it. */
	position: Position;
}

export interface Followed {
	records: FollowedRecord[];
	/** `end`: nothing more is on disk. `more`: read again at once. `soon`: an entry waits for events that are older. */
	rest: 'end' | 'more' | 'soon';
}

export interface SessionFollowerOptions {
	id: SessionId;
	/** Where the session is; asked each time, as it may move. */
	folder: () => string;
	/** Continues behind it. */
	from: Position;
	/** Milliseconds that never jump. */
	now: () => number;
}

/** How long an event may take from its time to the disk, some three times as long as it is gathered there (`turns/record`). */
export const SETTLE_MS = 150;
/** How often the turns' folder is listed: only a turn that the log does not tell of is found that way. */
const LIST_MS = 1000;
/** One answer of `read` has no more than this, so that it can be shown before the next. */
const MAX_READS = 8;

interface HeadEntry {
	line: NumberedLine;
	begins: number | null;
	ends: number | null;
	/** When it was first seen to wait, by `now`. */
	waitsSince: number | null;
}

export class SessionFollower {
	readonly #options: SessionFollowerOptions;
	#position: { turn: number; seq: number; log: number };
	/** Records up to there were out before; null: it is passed. */
	#target: Position | null;
	#folder: string;
	#log: NumberedLines;
	#entries: NumberedLine[] = [];
	#head: HeadEntry | null = null;
	#eventFile: NumberedLines | null = null;
	#events: NumberedLine[] = [];
	#turns: { numbers: readonly number[]; at: number } = { numbers: [], at: Number.NEGATIVE_INFINITY };
	#isTurnOpen: boolean;
	#isLogRead = false;
	#areEventsRead = false;

	constructor(options: SessionFollowerOptions) {
		const { turn, seq, log } = options.from;
		this.#options = options;
		this.#target = log === null && !hasReached(BEGINNING, options.from) ? options.from : null;
		this.#position = { ...BEGINNING, ...(log === null ? {} : { turn, seq }), log: log ?? 0 };
		this.#isTurnOpen = this.#position.turn > 0;
		this.#folder = options.folder();
		this.#log = this.#openLog();
		this.#eventFile = this.#openEvents();
	}

	get position(): Position {
		return this.#position;
	}

	/** `isOver`: nobody writes any more. */
	read({ isOver }: { isOver: boolean }): Followed {
		this.#moveAlong();
		this.#isLogRead = false;
		this.#areEventsRead = false;
		if (isOver || this.#options.now() - this.#turns.at >= LIST_MS) this.#listTurns();
		const records: FollowedRecord[] = [];
		for (let reads = 0; reads < MAX_READS; ) {
			const head = this.#nextEntry();
			const next = nextRecord({
				entry: head && { begins: head.begins, ends: head.ends, ts: head.line.ts },
				isLogRead: this.#isLogRead,
				event: this.#events[0] ?? null,
				areEventsRead: this.#areEventsRead,
				turn: this.#position.turn,
				isTurnOpen: this.#isTurnOpen,
				nextTurn: this.#nextTurn(),
				isSettled: isOver || this.#isSettled(head),
			});
			switch (next) {
				case 'entry':
					if (head !== null) records.push(...this.#passEntry(head));
					break;
				case 'event':
					records.push(...this.#passEvent());
					break;
				case 'read_log':
					reads++;
					this.#readLog();
					break;
				case 'read_events':
					reads++;
					this.#readEvents();
					break;
				case 'begin_turn':
					this.#beginTurn(this.#nextTurn() ?? 0);
					break;
				case 'wait':
				case 'nothing':
					return { records, rest: next === 'wait' ? 'soon' : 'end' };
				default:
					next satisfies never;
			}
		}
		return { records, rest: 'more' };
	}

	close(): void {
		this.#log.close();
		this.#eventFile?.close();
	}

	/** A session whose place was taken continues in another. */
	#moveAlong(): void {
		const folder = this.#options.folder();
		if (folder === this.#folder) return;
		this.close();
		this.#folder = folder;
		this.#log = this.#openLog();
		this.#entries = [];
		this.#head = null;
		this.#eventFile = this.#openEvents();
		this.#events = [];
	}

	#openLog(): NumberedLines {
		return new NumberedLines(logFile(this.#folder), this.#position.log, { mayBeginAnew: true });
	}

	/** The events of turns before the target were out. */
	#openEvents(): NumberedLines | null {
		const { turn, seq } = this.#position;
		if (turn === 0 || (this.#target !== null && turn < this.#target.turn)) return null;
		return new NumberedLines(turnFile(this.#folder, turn, 'events.jsonl'), seq);
	}

	/** A link in place of their folder leads to what is not ours. */
	#listTurns(): void {
		const isThere = isFolder(join(this.#folder, TURNS_FOLDER));
		this.#turns = { numbers: isThere ? turnNumbers(this.#folder) : [], at: this.#options.now() };
	}

	#nextTurn(): number | null {
		return this.#turns.numbers.find((turn) => turn > this.#position.turn) ?? null;
	}

	#nextEntry(): HeadEntry | null {
		const line = this.#entries[0];
		if (line === undefined) return null;
		if (this.#head?.line !== line) {
			const { type, turn } = line.json;
			const begins = type === 'turn_started' ? this.#plausible(turn) : null;
			const ends = type === 'turn_finished' && typeof turn === 'number' ? turn : null;
			this.#head = { line, begins, ends, waitsSince: null };
		}
		return this.#head;
	}

	/** Its files follow at once, so a turn beyond the next one was not announced by the relay; it would hide all between. */
	#plausible(turn: unknown): number | null {
		if (typeof turn !== 'number' || !Number.isSafeInteger(turn) || turn < 1) return null;
		if (turn <= this.#position.turn + 1) return turn;
		this.#listTurns();
		return turn <= (this.#turns.numbers.at(-1) ?? 0) + 1 ? turn : null;
	}

	#isSettled(head: HeadEntry | null): boolean {
		if (head === null) return false;
		const now = this.#options.now();
		head.waitsSince ??= now;
		const following = this.#entries[1];
		return now - head.waitsSince >= SETTLE_MS || (following?.ts ?? 0) - head.line.ts >= SETTLE_MS;
	}

	/** One piece; what is new may be older than an event that was read before. */
	#readLog(): void {
		const { lines, isAtEnd } = this.#log.read();
		this.#entries.push(...lines);
		this.#isLogRead = isAtEnd;
		if (lines.length > 0) this.#areEventsRead = false;
	}

	/** One piece. */
	#readEvents(): void {
		const { lines, isAtEnd } = this.#eventFile?.read() ?? { lines: [], isAtEnd: true };
		this.#events.push(...lines);
		this.#areEventsRead = isAtEnd;
		if (lines.length > 0) this.#isLogRead = false;
	}

	#passEntry({ line, begins, ends }: HeadEntry): FollowedRecord[] {
		this.#entries.shift();
		this.#position.log = line.seq;
		if (begins !== null && begins > this.#position.turn) this.#beginTurn(begins);
		else if (begins !== null) this.#isTurnOpen = true;
		if (ends === this.#position.turn) this.#isTurnOpen = false;
		return this.#out('log', line);
	}

	#passEvent(): FollowedRecord[] {
		const line = this.#events.shift();
		if (line === undefined) return [];
		this.#position.seq = line.seq;
		return this.#out('events', line);
	}

	#beginTurn(turn: number): void {
		this.#eventFile?.close();
		this.#position.turn = turn;
		this.#position.seq = 0;
		this.#eventFile = this.#openEvents();
		this.#isTurnOpen = true;
		this.#areEventsRead = false;
	}

	#out(source: FollowedRecord['source'], line: NumberedLine): FollowedRecord[] {
		const { id } = this.#options;
		const position = { ...this.#position };
		const target = this.#target;
		if (target === null) return [{ session: id, source, turn: position.turn, line, position }];
		// The first record behind the target is the first that is out.
		const isBehind =
			position.turn > target.turn || (position.turn === target.turn && position.seq > target.seq);
		if (isBehind || hasReached(position, target)) this.#target = null;
		return isBehind ? [{ session: id, source, turn: position.turn, line, position }] : [];
	}
}
