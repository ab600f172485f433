import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs';
import { dirname } from 'node:path';
import { hasErrno } from '../../core/errors.ts';
import { ensureFolder } from '../../core/files/folders.ts';
import { FILE_MODE, removeIfThere } from '../../core/files/write-file.ts';

const CHUNK_BYTES = 64 * 1024;
/** A CLI may write 100 KB for each request: above this size, the part that was read is cut off. */
const KEPT_BYTES = 1024 * 1024;
/** At its end a CLI flushes what it still holds; more than this is not telemetry. */
const MOST_AT_END = 16 * 1024 * 1024;

/**
 * A private file (0600, in a folder of mode 0700) to which a CLI appends what its stream does not report, read while it works. Its
 * name is removed as soon as the CLI has written, so that nothing is left after a crash and nobody else can write to it; the part
 * that was read is cut off. Nothing of it is kept.
 */
export class TelemetryFile {
	readonly #path: string;
	readonly #fd: number;
	readonly #deliver: (chunk: Buffer) => void;
	readonly #buffer = Buffer.allocUnsafe(CHUNK_BYTES);
	#at = 0;
	#isOpen = true;

	/** Throws the file system's error; then there is no file. */
	constructor(path: string, deliver: (chunk: Buffer) => void) {
		const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_RDWR } = constants;
		ensureFolder(dirname(path));
		this.#fd = openSync(path, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW, FILE_MODE);
		this.#path = path;
		this.#deliver = deliver;
	}

	/** Delivers what was written since, at most 1 MiB at a time. */
	read(): void {
		this.#readUpTo(KEPT_BYTES);
	}

	/** Delivers the rest, closes and removes the file. Does nothing the second time. */
	close(): void {
		if (!this.#isOpen) return;
		try {
			this.#readUpTo(MOST_AT_END);
		} finally {
			this.#isOpen = false;
			closeSync(this.#fd);
			this.#removeName();
		}
	}

	#readUpTo(most: number): void {
		if (!this.#isOpen) return;
		let left = most;
		for (let bytes = this.#readSome(); bytes > 0 && left > 0; bytes = this.#readSome()) left -= bytes;
		if (this.#at > KEPT_BYTES && fstatSync(this.#fd).size === this.#at) {
			ftruncateSync(this.#fd, 0);
			this.#at = 0;
		}
	}

	#readSome(): number {
		const bytes = readSync(this.#fd, this.#buffer, 0, CHUNK_BYTES, this.#at);
		if (bytes === 0) return 0;
		if (this.#at === 0) this.#removeName();
		this.#at += bytes;
		this.#deliver(Buffer.from(this.#buffer.subarray(0, bytes)));
		return bytes;
	}

	#removeName(): void {
		try {
			removeIfThere(this.#path);
		} catch (error) {
			if (!hasErrno(error, 'EACCES', 'EPERM', 'EROFS', 'EBUSY')) throw error;
		}
	}
}
