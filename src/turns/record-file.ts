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
	unlinkSync,
	writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { hasErrno } from '../core/errors.ts';
import { ensureFolder, FILE_MODE, writeAll } from '../core/files.ts';

const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_RDWR } = constants;
const COPY_BYTES = 1024 * 1024;

/**
 * One append-only file of a turn, held open for reading too: if somebody removes it in mid-turn, what was written is
 * still behind the descriptor and `restore` writes it again.
 */
export class RecordFile {
	path: string;
	bytes: number;
	#fd: number;
	readonly #hash: Hash | null;
	readonly #wayTo: (path: string) => string;

	/** `wayTo`: as of the session. Creates the file (or goes on with an existing one), 0600, never through a link. */
	constructor(path: string, options: { hash?: boolean; wayTo?: (path: string) => string } = {}) {
		this.path = path;
		this.#wayTo = options.wayTo ?? ((as) => as);
		this.#fd = openSync(this.#wayTo(path), O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW, FILE_MODE);
		this.bytes = fstatSync(this.#fd).size;
		this.#hash = options.hash ? createHash('sha256') : null;
	}

	/**
	 * On a disk that fills up meanwhile, a hashed file ends with its last whole append, so that what is appended when there
	 * is room again never stands behind half a line; any other keeps all that went to disk.
	 */
	append(data: Buffer): void {
		try {
			writeAll(this.#fd, data);
		} catch (error) {
			if (this.#hash === null) this.bytes = fstatSync(this.#fd).size;
			else ftruncateSync(this.#fd, this.bytes);
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

	/** The file goes on at another path, with what it holds so far; `keepSource` as in `restore`. */
	moveTo(path: string, options: { keepSource?: boolean } = {}): void {
		this.path = path;
		this.restore(options);
	}

	/**
	 * Writes the held content to the path again and goes on there. `keepSource`: another process still writes to the old
	 * file (the agent's stderr), so it stays held and the copy is made anew at each call.
	 */
	restore(options: { keepSource?: boolean } = {}): void {
		ensureFolder(dirname(this.path));
		try {
			unlinkSync(this.#wayTo(this.path));
		} catch (error) {
			if (!hasErrno(error, 'ENOENT')) throw error;
		}
		const copy = openSync(
			this.#wayTo(this.path),
			O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW,
			FILE_MODE,
		);
		copyAll(this.#fd, copy);
		if (options.keepSource) {
			closeSync(copy);
			return;
		}
		closeSync(this.#fd);
		this.#fd = copy;
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

function copyAll(from: number, to: number): void {
	const buffer = Buffer.allocUnsafe(COPY_BYTES);
	for (let at = 0; ; ) {
		const read = readSync(from, buffer, 0, COPY_BYTES, at);
		if (read === 0) return;
		writeAll(to, buffer.subarray(0, read));
		at += read;
	}
}

/** Room for the last state, meta and packet of a turn on a disk that fills up. */
const RESERVED_BYTES = 256 * 1024;

/**
 * Space set aside on the record's own file system in a file without a name: `release` gives it back, and so does any end
 * of the process. It is what lets a turn on a full disk still say how it ended.
 */
export class SpaceReserve {
	#fd: number | null;

	constructor(path: string) {
		this.#fd = openSync(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, FILE_MODE);
		unlinkSync(path);
		const block = Buffer.alloc(RESERVED_BYTES, 0x20);
		for (let at = 0; at < block.length; ) at += writeSync(this.#fd, block, at);
	}

	release(): void {
		if (this.#fd === null) return;
		closeSync(this.#fd);
		this.#fd = null;
	}
}
