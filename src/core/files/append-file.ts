import { createHash, type Hash } from 'node:crypto';
import {
	closeSync,
	constants,
	fstatSync,
	fsyncSync,
	ftruncateSync,
	lstatSync,
	openSync,
	readSync,
	renameSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { hasErrno, RelayError } from '../errors.ts';
import { ensureFolder } from './folders.ts';
import { FILE_MODE, removeIfThere, writeAll } from './write-file.ts';

const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDWR } = constants;
const COPY_BYTES = 1024 * 1024;

export interface AppendFileOptions {
	/** Keep a SHA-256 of what is appended. */
	hash?: boolean;
	/** Each append is one or more whole lines. */
	isOfLines?: boolean;
	/** Returns a path that swapping a folder cannot redirect; default: the path itself. */
	wayTo?: (path: string) => string;
}

/**
 * An append-only file, held open for reading too: if somebody removes it, what was written is still behind the descriptor
 * and `restore` writes it again.
 */
export class AppendFile {
	path: string;
	bytes: number;
	#fd: number;
	readonly #hash: Hash | null;
	readonly #isOfLines: boolean;
	readonly #wayTo: (path: string) => string;

	/**
	 * Creates the file (or continues an existing one), 0600. Throws `refused` for anything but a file of its own: a link, a pipe.
	 */
	constructor(path: string, options: AppendFileOptions = {}) {
		this.path = path;
		this.#wayTo = options.wayTo ?? ((as) => as);
		this.#fd = openOwn(path, this.#wayTo);
		this.bytes = fstatSync(this.#fd).size;
		this.#hash = options.hash ? createHash('sha256') : null;
		this.#isOfLines = options.isOfLines ?? false;
	}

	/**
	 * When the disk fills up, a file of lines is cut back to its last whole append, so that later lines never follow half a line;
	 * any other file keeps everything that reached the disk.
	 */
	append(data: Buffer): void {
		try {
			writeAll(this.#fd, data);
		} catch (error) {
			if (this.#isOfLines) ftruncateSync(this.#fd, this.bytes);
			else this.bytes = fstatSync(this.#fd).size;
			throw error;
		}
		this.bytes += data.length;
		this.#hash?.update(data);
	}

	/** SHA-256 (hex) of what was appended through this object, or null when not asked for. */
	digest(): string | null {
		return this.#hash?.copy().digest('hex') ?? null;
	}

	/** False when the path no longer leads to the file that is held open. */
	isInPlace(): boolean {
		try {
			const there = lstatSync(this.path);
			const held = fstatSync(this.#fd);
			return there.ino === held.ino && there.dev === held.dev;
		} catch (error) {
			if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return false;
			throw error;
		}
	}

	/** Continues the file at another path, with its content so far; `keepSource` as in `restore`. */
	moveTo(path: string, options: { keepSource?: boolean } = {}): void {
		this.path = path;
		this.restore(options);
	}

	/**
	 * Writes the held content to the path again and continues there; what is there is replaced only by all of it. `keepSource`:
	 * another process still writes to the old file (the agent's stderr), so it stays held and is copied again at each call.
	 */
	restore(options: { keepSource?: boolean } = {}): void {
		ensureFolder(dirname(this.path));
		const beside = this.#wayTo(draftOf(this.path));
		removeIfThere(beside);
		const copy = openSync(beside, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW, FILE_MODE);
		try {
			copyAll(this.#fd, copy);
			renameSync(beside, this.#wayTo(this.path));
		} catch (error) {
			closeSync(copy);
			removeIfThere(beside);
			throw error;
		}
		if (options.keepSource) {
			closeSync(copy);
			return;
		}
		closeSync(this.#fd);
		this.#fd = copy;
	}

	/** Takes the place of the file at `path`, in the same folder, with all that was appended so far, which is on disk by then. */
	replace(path: string): void {
		this.sync();
		renameSync(this.#wayTo(this.path), this.#wayTo(path));
		this.path = path;
	}

	/** The end of the file, at most `maxBytes`. */
	readTail(maxBytes: number): Buffer {
		const size = this.size();
		const tail = Buffer.allocUnsafe(Math.min(maxBytes, size));
		const read = readSync(this.#fd, tail, 0, tail.length, size - tail.length);
		return tail.subarray(0, read);
	}

	sync(): void {
		fsyncSync(this.#fd);
	}

	/** Size now, also when another process appends. */
	size(): number {
		return fstatSync(this.#fd).size;
	}

	close(): void {
		closeSync(this.#fd);
	}
}

/** Where a file is written that takes the place of the one at `path` once it is whole; the same each time. */
export const draftOf = (path: string): string => join(dirname(path), `.${basename(path)}.draft.tmp`);

function openOwn(path: string, wayTo: (path: string) => string): number {
	const fd = openSync(wayTo(path), O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK, FILE_MODE);
	const facts = fstatSync(fd);
	if (facts.isFile() && facts.nlink === 1) return fd;
	closeSync(fd);
	const what = facts.isFile() ? 'a file with a second name elsewhere' : 'not a file';
	throw new RelayError('refused', `${path} is ${what}; nothing is written to it`, { hint: 'remove it' });
}

function copyAll(from: number, to: number): void {
	const buffer = Buffer.allocUnsafe(COPY_BYTES);
	for (let at = 0; ; ) {
		const read = readSync(from, buffer, 0, COPY_BYTES, at);
		if (read === 0) return;
		writeAll(to, buffer.subarray(0, read));
		at += read;
	}
}
