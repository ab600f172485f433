/**
 * Files written in folders that others may write to. Every open refuses a symbolic link as the last component; files are
 * 0600. `writeAtomic` leaves either the old bytes or the new ones, whenever the process dies.
 */
import { closeSync, constants, fsync, fsyncSync, openSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { hasErrno } from '../errors.ts';
import { ensureFolder, namesIn } from './folders.ts';

export const FILE_MODE = 0o600;

const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;
const TO_SYNC = O_RDONLY | O_NOFOLLOW | O_NONBLOCK;

/** Opens for appending (creates when missing), 0600, never through a link. */
export function openAppend(path: string): number {
	return openSync(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, FILE_MODE);
}

/** Writes all bytes, even where the system takes only part of them at a time. */
export function writeAll(fd: number, data: Buffer): void {
	for (let at = 0; at < data.length; ) at += writeSync(fd, data, at, data.length - at);
}

/**
 * Replaces a file's content through a new file and a rename in the same folder. With `sync` both the file and the folder
 * are on disk when it returns; with `content` only the new bytes are, and a power cut may still show the old file, whole.
 * Removes its own temporary file when it fails.
 */
export function writeAtomic(
	path: string,
	data: string | Buffer,
	options: { sync?: boolean | 'content' } = {},
): void {
	const temporary = temporaryBeside(path);
	try {
		const fd = openSync(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, FILE_MODE);
		try {
			writeAll(fd, typeof data === 'string' ? Buffer.from(data) : data);
			if (options.sync) fsyncSync(fd);
		} finally {
			closeSync(fd);
		}
		renameSync(temporary, path);
	} catch (error) {
		removeIfThere(temporary);
		throw error;
	}
	if (options.sync === true) syncFolder(dirname(path));
}

/**
 * As `writeAtomic` with `sync`, for several files of one folder, without blocking the event loop while the disk is waited for. They
 * are synced concurrently and appear in the order given: once the last one exists, all do.
 */
export async function writeDurably(
	files: ReadonlyArray<readonly [path: string, data: string]>,
): Promise<void> {
	const made = files.map(([path, data]) => ({ path, data, temporary: temporaryBeside(path) }));
	try {
		const written = await Promise.allSettled(made.map(({ temporary, data }) => writeSynced(temporary, data)));
		for (const one of written) if (one.status === 'rejected') throw one.reason;
		for (const { temporary, path } of made) renameSync(temporary, path);
	} catch (error) {
		for (const { temporary } of made) removeIfThere(temporary);
		throw error;
	}
	await syncLater(dirname(made[0]?.path ?? '.'), O_RDONLY);
}

/**
 * Syncs an already written file and its name to disk without blocking the event loop. Ignores failures: the file is then as safe as
 * before.
 */
export async function syncInBackground(path: string): Promise<void> {
	await syncNamed(path).catch(() => undefined);
}

/** Syncs an already written file and its name to disk. Rejects with a system error. */
export async function syncNamed(path: string): Promise<void> {
	await Promise.all([path, dirname(path)].map((each) => syncLater(each, TO_SYNC)));
}

/** As `syncNamed`, for a file whose name is on disk already. */
export async function syncContent(path: string): Promise<void> {
	await syncLater(path, TO_SYNC);
}

async function writeSynced(path: string, data: string): Promise<void> {
	const fd = openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, FILE_MODE);
	try {
		writeAll(fd, Buffer.from(data));
		await syncOpen(fd);
	} finally {
		closeSync(fd);
	}
}

async function syncLater(path: string, flags: number): Promise<void> {
	const fd = openSync(path, flags);
	try {
		await syncOpen(fd);
	} finally {
		closeSync(fd);
	}
}

/** By a callback: `node:fs/promises` takes 2 ms to load, and nothing else of a run needs it. */
function syncOpen(fd: number): Promise<void> {
	return new Promise((resolve, reject) => {
		fsync(fd, (error) => (error === null ? resolve() : reject(error)));
	});
}

/**
 * Creates a file that must not exist yet. Returns false, and writes nothing, when it does. Leaves no file behind when it fails, and
 * an empty one when its process is killed meanwhile: where that would matter, see `createWhole`.
 */
export function createExclusive(path: string, data: string): boolean {
	let fd: number;
	try {
		fd = openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, FILE_MODE);
	} catch (error) {
		if (hasErrno(error, 'EEXIST')) return false;
		throw error;
	}
	try {
		writeAll(fd, Buffer.from(data));
	} catch (error) {
		removeIfThere(path);
		throw error;
	} finally {
		closeSync(fd);
	}
	return true;
}

/** As `createExclusive`, with the folder where that is missing. */
export function createWithFolder(path: string, data: string): boolean {
	try {
		return createExclusive(path, data);
	} catch (error) {
		if (!hasErrno(error, 'ENOENT')) throw error;
		ensureFolder(dirname(path));
		return createExclusive(path, data);
	}
}

export function removeIfThere(path: string): void {
	try {
		unlinkSync(path);
	} catch (error) {
		if (!hasErrno(error, 'ENOENT', 'ENOTDIR')) throw error;
	}
}

/** Created only where nothing is, so its name need not be unguessable; `node:crypto` takes 5 ms to load. */
function temporaryBeside(path: string): string {
	const own = Math.floor(Math.random() * 2 ** 32)
		.toString(16)
		.padStart(8, '0');
	return join(dirname(path), `.${basename(path)}.${process.pid}-${own}.tmp`);
}

const TEMPORARY = /^\.(.+)\.\d+-[0-9a-f]{8}\.tmp$/;

/** Removes what killed writers left of atomic writes of the files that are meant. Only while nobody else writes those. */
export function removeTemporaries(folder: string, isMeant: (name: string) => boolean): void {
	for (const name of namesIn(folder)) {
		const [, of] = TEMPORARY.exec(name) ?? [];
		if (of !== undefined && isMeant(of)) removeIfThere(join(folder, name));
	}
}

function syncFolder(path: string): void {
	const fd = openSync(path, O_RDONLY);
	try {
		fsyncSync(fd);
	} finally {
		closeSync(fd);
	}
}
