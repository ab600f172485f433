import { type BigIntStats, closeSync, fstatSync, readSync } from 'node:fs';
import { hasErrno } from '../errors.ts';
import { lstatExactly } from './file-facts.ts';
import { type Line, LineSplitter } from './line-splitter.ts';
import { isUnreadable, openToRead } from './read-file.ts';

/** One read: enough for a burst, little enough to be shown before the next. */
const READ_BYTES = 256 * 1024;
/** So many bytes before the place of the next read must still be what they were. */
const MARK_BYTES = 64;
/** Longer than any line of our own files that quotes a line of the longest kind. */
const MAX_LINE_BYTES = 32 * 1024 * 1024;
const NOTHING = Buffer.alloc(0);

export interface GrownLines {
	/** Whole ones. After the file was replaced or cut they begin with its first, which may have been read before. */
	lines: Line[];
	/** Nothing more is in the file. */
	isAtEnd: boolean;
	/** From the beginning of the file to the end of what was read. */
	bytes: number;
}

/**
 * The lines of a file that others append to, and may cut, replace or remove meanwhile. Memory stays flat. The file stays open: what
 * is appended to one that was removed is read too, and its number cannot be given to another file. Anything but a readable file
 * counts as missing.
 */
export class GrowingLines {
	readonly #path: string;
	#fd: number | null = null;
	#splitter = new LineSplitter(MAX_LINE_BYTES);
	/** Bytes that were read. */
	#at = 0;
	#mark: Buffer = NOTHING;
	readonly #buffer = Buffer.allocUnsafe(READ_BYTES);

	constructor(path: string) {
		this.#path = path;
	}

	/** At most one piece of the file. */
	read(): GrownLines {
		this.#fd ??= openOrNull(this.#path);
		if (this.#fd === null) return NO_LINES;
		if (this.#isCut(this.#fd)) this.#begin();
		const lines = this.#piece(this.#fd);
		if (lines !== null) return { lines, isAtEnd: false, bytes: this.#at };
		if (!this.#isReplaced(this.#fd)) return NO_LINES;
		this.close();
		return this.read();
	}

	/** Idempotent; a later read begins with the first line. */
	close(): void {
		if (this.#fd !== null) closeSync(this.#fd);
		this.#fd = null;
		this.#begin();
	}

	#begin(): void {
		this.#splitter = new LineSplitter(MAX_LINE_BYTES);
		this.#at = 0;
		this.#mark = NOTHING;
	}

	/** null: nothing was added. */
	#piece(fd: number): Line[] | null {
		const count = readSync(fd, this.#buffer, 0, READ_BYTES, this.#at);
		if (count === 0) return null;
		const read = this.#buffer.subarray(0, count);
		this.#at += count;
		this.#mark = Buffer.concat([this.#mark, read.subarray(-MARK_BYTES)]).subarray(-MARK_BYTES);
		return this.#splitter.push(read);
	}

	/** It is shorter than what was read of it, or has other bytes there: cut, or written anew in place. */
	#isCut(fd: number): boolean {
		const { size } = fstatSync(fd);
		if (size <= this.#at) return size < this.#at;
		const mark = Buffer.alloc(this.#mark.length);
		readSync(fd, mark, 0, mark.length, this.#at - mark.length);
		return !mark.equals(this.#mark);
	}

	/** Another file has the path now. One that is only removed may still grow, and comes back with what it had. */
	#isReplaced(fd: number): boolean {
		const there = lstatExactly(this.#path);
		return there !== undefined && !isSame(there, fstatSync(fd, { bigint: true }));
	}
}

const NO_LINES: GrownLines = { lines: [], isAtEnd: true, bytes: 0 };

function openOrNull(path: string): number | null {
	try {
		return openToRead(path);
	} catch (error) {
		if (isUnreadable(error) || hasErrno(error, 'ENOENT', 'ENOTDIR')) return null;
		throw error;
	}
}

const isSame = (one: BigIntStats, other: BigIntStats) => one.ino === other.ino && one.dev === other.dev;
