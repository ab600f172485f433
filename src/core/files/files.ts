/**
 * Files under a folder that others may write to. Every open refuses a symbolic link as the last component; folders are
 * 0700 and files 0600. `writeAtomic` leaves either the old bytes or the new ones, whenever the process dies.
 */
import { randomBytes } from 'node:crypto';
import {
	type BigIntStats,
	closeSync,
	constants,
	fstatSync,
	fsyncSync,
	lstatSync,
	lutimesSync,
	mkdirSync,
	openSync,
	readdirSync,
	readFileSync,
	renameSync,
	type Stats,
	statSync,
	unlinkSync,
	writeSync,
} from 'node:fs';
import { open, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { hasErrno, RelayError } from '../errors.ts';

export const FILE_MODE = 0o600;
export const FOLDER_MODE = 0o700;
/** The mode of folders that belong to the user, not to the relay: the umask decides. */
export const USUAL_FOLDER_MODE = 0o777;

const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

/**
 * Creates the folder and its parents, 0700. An existing folder is left unchanged. Throws the system error of the first one that
 * cannot be made. Node's `recursive` is not used: it loses EROFS, and it never ends where a folder exists but nothing can be made
 * in it (`ENOENT` below /proc and on some mounts).
 */
export function ensureFolder(path: string, mode = FOLDER_MODE): void {
	const missing: string[] = [];
	for (let at = path; !tryMakeFolder(at, mode); at = dirname(at)) {
		missing.push(at);
		if (dirname(at) === at) break;
	}
	for (const folder of missing.reverse()) makeFolder(folder, mode);
}

/** False when its parent is missing. */
function tryMakeFolder(path: string, mode: number): boolean {
	if (isFolderNow(path)) return true;
	try {
		makeFolder(path, mode);
		return true;
	} catch (error) {
		if (hasErrno(error, 'ENOENT')) return false;
		throw error;
	}
}

function makeFolder(path: string, mode: number): void {
	try {
		mkdirSync(path, { mode });
	} catch (error) {
		// Some systems refuse before they check whether it exists (EROFS, EACCES, EISDIR for a root).
		if (hasErrno(error, 'ENOENT') || !statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw error;
	}
}

/** Follows links; false when it cannot be determined. */
function isFolderNow(path: string): boolean {
	try {
		return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
	} catch {
		return false;
	}
}

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
 * are on disk when it returns; with `content` only the
 * new bytes are, and a power cut may still show the old file, whole. Removes its own temporary file when it fails.
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
	if (options.sync === true) syncOne(dirname(path), O_RDONLY);
}

/**
 * As `writeAtomic` with `sync`, for several files of one folder, without blocking the event loop. They are written concurrently and
 * appear in the order given: once the last one exists, all do.
 */
export async function writeDurably(
	files: ReadonlyArray<readonly [path: string, data: string]>,
): Promise<void> {
	const made = files.map(([path, data]) => ({ path, data, temporary: temporaryBeside(path) }));
	try {
		await Promise.all(made.map(({ temporary, data }) => writeSynced(temporary, data)));
		for (const { temporary, path } of made) await rename(temporary, path);
	} catch (error) {
		await Promise.all(made.map(({ temporary }) => unlink(temporary).catch(() => undefined)));
		throw error;
	}
	const folder = await open(dirname(made[0]?.path ?? '.'), O_RDONLY);
	try {
		await folder.sync();
	} finally {
		await folder.close();
	}
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
	for (const each of [path, dirname(path)]) {
		const handle = await open(each, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
		await handle.sync().finally(() => handle.close());
	}
}

/** As `syncNamed`, but blocking. Throws a system error. */
export function syncNamedNow(path: string): void {
	for (const each of [path, dirname(path)]) syncOne(each, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
}

async function writeSynced(path: string, data: string): Promise<void> {
	const file = await open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, FILE_MODE);
	try {
		await file.writeFile(data);
		await file.sync();
	} finally {
		await file.close();
	}
}

/** Creates a file that must not exist yet. Returns false, and writes nothing, when it does. Leaves no file behind when it fails. */
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

/**
 * The names in a folder, unsorted; empty when the folder does not exist. `alsoEmpty`: further error codes that the caller treats as
 * empty (`EACCES` where an unreadable folder holds nothing of ours).
 */
export function namesIn(folder: string, ...alsoEmpty: string[]): string[] {
	return isKnownMissing(folder) ? [] : namesInExpected(folder, ...alsoEmpty);
}

/** As `namesIn`, of a folder that is nearly always there: one look less, where one that is missing costs more. */
export function namesInExpected(folder: string, ...alsoEmpty: string[]): string[] {
	try {
		return readdirSync(folder);
	} catch (error) {
		if (hasErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP', ...alsoEmpty)) return [];
		throw error;
	}
}

/** Facts about the path, links not followed; undefined when nothing is there, or when a parent is not a folder. */
export function lstatIfThere(path: string): Stats | undefined {
	return undefinedIfNotThere(() => lstatSync(path, { throwIfNoEntry: false }));
}

/** As `lstatIfThere`, with device and inode as bigints: a number loses the low digits of large ones. */
export function lstatExactly(path: string): BigIntStats | undefined {
	return undefinedIfNotThere(() => lstatSync(path, { bigint: true, throwIfNoEntry: false }));
}

function undefinedIfNotThere<T>(look: () => T): T | undefined {
	try {
		return look();
	} catch (error) {
		if (hasErrno(error, 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'ERR_INVALID_ARG_VALUE')) return undefined;
		throw error;
	}
}

/**
 * Resets a file time that is ahead of `now` (epoch ms) by more than `leewayMs`. A wrong clock set it, and it would keep the file
 * young for as long. A file that may not be changed stays.
 */
export function endFutureTime(path: string, now: number, leewayMs: number): void {
	const time = lstatIfThere(path)?.mtimeMs ?? now;
	if (time - now < leewayMs) return;
	try {
		lutimesSync(path, now / 1000, now / 1000);
	} catch (error) {
		if (!hasErrno(error, 'ENOENT', 'EACCES', 'EPERM', 'EROFS')) throw error;
	}
}

/** True when nothing has this path. Asked before an open, since one that throws takes Node twenty times as long. */
function isKnownMissing(path: string, { orFolder = false } = {}): boolean {
	try {
		const facts = lstatSync(path, { throwIfNoEntry: false });
		return facts === undefined || (orFolder && facts.isDirectory());
	} catch {
		// The open that follows reports why.
		return false;
	}
}

/** True for a folder itself, not for a link to one. */
export const isFolder = (path: string): boolean => lstatIfThere(path)?.isDirectory() === true;

/** True when something else than a folder is there, a link to a folder included. */
export const isNoFolder = (path: string): boolean => lstatIfThere(path)?.isDirectory() === false;

/** True for a folder itself, not a link to one, that this user owns. */
export const isOwnFolder = (path: string): boolean => areOfOwnFolder(lstatIfThere(path));

/** As `isOwnFolder`, from facts already known. */
export const areOfOwnFolder = (facts: Stats | undefined): facts is Stats =>
	facts?.isDirectory() === true && isOwned(facts);

/**
 * True when a folder of this user should be here but something else is: a link, which could lead anywhere, or another user's
 * folder.
 */
export function isForeignFolder(path: string): boolean {
	const facts = lstatIfThere(path);
	return facts !== undefined && !areOfOwnFolder(facts);
}

/** True when this user owns it, or when the system has no users. */
export const isOwned = ({ uid }: Pick<Stats, 'uid'>): boolean =>
	process.getuid === undefined || uid === process.getuid();

/**
 * The file's bytes, or null when the file does not exist. Refuses what `openToRead` refuses, and more than `maxBytes`; `judge`
 * throws for anything else that must not be read.
 */
export function readIfThere(
	path: string,
	maxBytes = MAX_READ_BYTES,
	judge: (facts: Stats) => void = () => undefined,
): Buffer | null {
	return isKnownMissing(path) ? null : readExpected(path, maxBytes, judge);
}

/** As `readIfThere`, of a file that is nearly always there: one look less, where one that is missing costs more. */
export function readExpected(
	path: string,
	maxBytes = MAX_READ_BYTES,
	judge: (facts: Stats) => void = () => undefined,
): Buffer | null {
	let opened: OpenFile;
	try {
		opened = openRegular(path);
	} catch (error) {
		if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return null;
		throw error;
	}
	const { fd, facts } = opened;
	try {
		judge(facts);
		const { size } = facts;
		if (size > maxBytes) throw unreadable(path, `has ${size} bytes; at most ${maxBytes} are read here`);
		return readFileSync(fd);
	} finally {
		closeSync(fd);
	}
}

/** The most that is read into memory (Node's own limit is 2 GiB). */
const MAX_READ_BYTES = 2 ** 31 - 1;

/** As `readOrNull`, parsed as JSON; null also for invalid JSON. */
export function readJsonOrNull(path: string): unknown {
	try {
		return JSON.parse(readOrNull(path)?.toString('utf8') ?? 'null');
	} catch (error) {
		if (error instanceof SyntaxError) return null;
		throw error;
	}
}

/** As `readIfThere`; null also for files it refuses. */
export function readOrNull(path: string): Buffer | null {
	try {
		return readIfThere(path);
	} catch (error) {
		if (isUnreadable(error)) return null;
		throw error;
	}
}

/** True for an error of `openToRead`. */
export function isUnreadable(error: unknown): error is RelayError {
	return error instanceof RelayError && error.code === 'unreadable_file';
}

/**
 * The bytes of a regular file that others may have put there (git, the user), links followed; null for anything else in its place
 * and for a file that may not be read. Never waits, unlike an open of a pipe without a writer.
 */
export function readRegularFile(path: string, maxBytes = MAX_REGULAR_BYTES): Buffer | null {
	return isKnownMissing(path, { orFolder: true }) ? null : readExpectedFile(path, maxBytes);
}

/** As `readRegularFile`, of a file that is nearly always there. */
function readExpectedFile(path: string, maxBytes = MAX_REGULAR_BYTES): Buffer | null {
	let fd: number;
	try {
		fd = openSync(path, O_RDONLY | O_NONBLOCK);
	} catch (error) {
		if (hasErrno(error, ...UNREADABLE)) return null;
		throw error;
	}
	try {
		const facts = fstatSync(fd);
		return facts.isFile() && facts.size <= maxBytes ? readFileSync(fd) : null;
	} finally {
		closeSync(fd);
	}
}

const MAX_REGULAR_BYTES = 64 * 1024 * 1024;
const UNREADABLE = [
	...['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP', 'ENXIO', 'ENODEV', 'ENAMETOOLONG'],
	// A path with a NUL, which a file may name and no system has.
	'ERR_INVALID_ARG_VALUE',
];

/** As `readRegularFile`, decoded as UTF-8. */
export const readRegularText = (path: string, maxBytes?: number): string | null =>
	readRegularFile(path, maxBytes)?.toString('utf8') ?? null;

/** As `readRegularText`, of a file that is nearly always there: one look less, where one that is missing costs more. */
export const readExpectedText = (path: string, maxBytes?: number): string | null =>
	readExpectedFile(path, maxBytes)?.toString('utf8') ?? null;

/**
 * Opens a file for reading. Throws `unreadable_file` for anything else in its place (a symbolic link, a folder, a pipe, a socket, a
 * device) and for a file that may not be read. Never waits, unlike an open of a pipe without a writer.
 */
export function openToRead(path: string): number {
	return openRegular(path).fd;
}

interface OpenFile {
	fd: number;
	facts: Stats;
}

function openRegular(path: string): OpenFile {
	let fd: number;
	try {
		fd = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
	} catch (error) {
		if (hasErrno(error, 'ELOOP'))
			throw unreadable(path, 'is a symbolic link, which the relay does not follow', error);
		if (hasErrno(error, 'ENXIO')) throw unreadable(path, NOT_REGULAR, error);
		if (hasErrno(error, 'EACCES', 'EPERM')) throw unreadable(path, `cannot be read (${error.code})`, error);
		throw error;
	}
	const facts = fstatSync(fd);
	if (facts.isFile()) return { fd, facts };
	closeSync(fd);
	throw unreadable(path, facts.isDirectory() ? 'is a folder, not a file' : NOT_REGULAR);
}

const NOT_REGULAR = 'is a pipe, socket or device, which the relay does not read';

function unreadable(path: string, problem: string, cause?: unknown): RelayError {
	return new RelayError('unreadable_file', `${path} ${problem}`, {
		hint: 'look at it, then remove it',
		cause,
	});
}

export function removeIfThere(path: string): void {
	try {
		unlinkSync(path);
	} catch (error) {
		if (!hasErrno(error, 'ENOENT', 'ENOTDIR')) throw error;
	}
}

function temporaryBeside(path: string): string {
	return join(dirname(path), `.${basename(path)}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`);
}

function syncOne(path: string, flags: number): void {
	const fd = openSync(path, flags);
	try {
		fsyncSync(fd);
	} finally {
		closeSync(fd);
	}
}
