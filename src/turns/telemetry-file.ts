import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { hasErrno } from '../core/errors.ts';
import { ensureFolder, FILE_MODE, namesIn, removeIfThere } from '../core/files.ts';
import type { ProcessTable } from '../core/process-table.ts';

const CHUNK_BYTES = 64 * 1024;
/** A CLI may write 100 KB for each request: what was read is cut off above this. */
const KEPT_BYTES = 1024 * 1024;
/** At its end a CLI writes what it still holds; more than this is no telemetry. */
const MOST_AT_END = 16 * 1024 * 1024;

/** The file's name says which relay made it, so that the next one can tell what a crash left behind. */
const NAME = /^(\d{1,10})-([^-]{1,40})-/;

/** A path in `folder` that no other turn of this process uses. `turn`: any text, made safe. */
export function telemetryPath(folder: string, turn: string, processes: ProcessTable): string {
	const start = (processes.identify(process.pid)?.start ?? 'unknown').replace(/[^\w.]/g, '_').slice(0, 40);
	return join(folder, `${process.pid}-${start}-${turn.replace(/[^\w.-]/g, '_')}.log`);
}

/** Removes what relays that are gone left in `folder`. Never throws: it is done in passing. */
export function removeStrayTelemetry(folder: string, processes: ProcessTable): void {
	for (const name of namesIn(folder, 'EACCES', 'EPERM', 'ELOOP', 'EIO')) {
		const [, pid, start] = NAME.exec(name) ?? [];
		const owner = pid === undefined ? null : processes.identify(Number(pid));
		if (owner !== null && owner.start.replace(/[^\w.]/g, '_').slice(0, 40) === start) continue;
		try {
			rmSync(join(folder, name), { force: true });
		} catch {
			// The next start tries again.
		}
	}
}

/**
 * A private file (0600, in a folder of 0700) to which a CLI appends what its stream does not tell, read while it works. Its
 * name is gone as soon as the CLI has written, so that nothing is left after a crash and nobody else can write to it; what
 * was read is cut off. Nothing of it is kept.
 */
export class TelemetryFile {
	readonly #path: string;
	readonly #fd: number;
	readonly #deliver: (chunk: Buffer) => void;
	readonly #buffer = Buffer.allocUnsafe(CHUNK_BYTES);
	#at = 0;
	#isOpen = true;

	/** Throws what the file system throws; then there is no file. */
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
