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
/** Of folders that are the user's, not the relay's: what the umask leaves. */
export const USUAL_FOLDER_MODE = 0o777;

const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

/**
 * Creates the folder and its parents, 0700. An existing folder is left as it is. Throws what the system says of the first one
 * that cannot be made. Not by Node's `recursive`: it loses EROFS, and it never ends where a folder exists and none can be
 * made in it (`ENOENT` below /proc and on some mounts).
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
		// Some systems refuse before they look whether it is there (EROFS, EACCES, EISDIR for a root).
		if (hasErrno(error, 'ENOENT') || !statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw error;
	}
}

/** Also through a link; false where that cannot be told. */
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

/** Writes all bytes, also where the system takes only a part at a time. */
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
 * As `writeAtomic` with `sync`, for files of one folder and without blocking the event loop. They are written side by side
 * and appear in the order given: where the last one is, all are.
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
 * Puts a file that was written before, and its name, on disk without blocking the event loop. What cannot be synced is as
 * safe as without.
 */
export async function syncInBackground(path: string): Promise<void> {
	await syncNamed(path).catch(() => undefined);
}

/** A file that was written before, and its name, are on disk when this is done. Rejects with a system error. */
export async function syncNamed(path: string): Promise<void> {
	for (const each of [path, dirname(path)]) {
		const handle = await open(each, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
		await handle.sync().finally(() => handle.close());
	}
}

/** As `syncNamed`, before anything else happens. Throws a system error. */
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

/** Creates a file that must not exist yet. Returns false, and writes nothing, when it does. Leaves none when it fails. */
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
 * What a folder holds, unsorted; empty where there is no such folder. `alsoEmpty`: further error codes that mean so to the
 * caller (`EACCES` where an unreadable folder holds nothing of ours).
 */
export function namesIn(folder: string, ...alsoEmpty: string[]): string[] {
	if (isKnownMissing(folder)) return [];
	try {
		return readdirSync(folder);
	} catch (error) {
		if (hasErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP', ...alsoEmpty)) return [];
		throw error;
	}
}

/** What has this path, a link as itself; undefined where nothing has it, as below what is no folder. */
export function lstatIfThere(path: string): Stats | undefined {
	return undefinedIfNotThere(() => lstatSync(path, { throwIfNoEntry: false }));
}

/** The same with device and inode as they are: a number loses the end of large ones. */
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
 * A time ahead of `now` (epoch ms) by more than `leewayMs` was set by a clock that was wrong, and would keep a file young for as
 * long: from now on it counts as now. What may not be changed stays.
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

/** Nothing has this path: asked before an open, since Node takes twenty times as long for one that throws. */
function isKnownMissing(path: string): boolean {
	try {
		return lstatSync(path, { throwIfNoEntry: false }) === undefined;
	} catch {
		// Whoever opens it says why.
		return false;
	}
}

/** A folder itself, no link to one. */
export const isFolder = (path: string): boolean => lstatIfThere(path)?.isDirectory() === true;

/** Something stands there that is no folder; a link to one is none. */
export const isNoFolder = (path: string): boolean => lstatIfThere(path)?.isDirectory() === false;

/** A folder itself, no link to one, and of this user. */
export const isOwnFolder = (path: string): boolean => areOfOwnFolder(lstatIfThere(path));

/** The same of facts that are known already. */
export const areOfOwnFolder = (facts: Stats | undefined): facts is Stats =>
	facts?.isDirectory() === true && isOwned(facts);

/** Something else stands where a folder of this user should: a link to one, which could lead anywhere, or another's. */
export function isForeignFolder(path: string): boolean {
	const facts = lstatIfThere(path);
	return facts !== undefined && !areOfOwnFolder(facts);
}

/** By this user, where the system knows users. */
export const isOwned = ({ uid }: Pick<Stats, 'uid'>): boolean =>
	process.getuid === undefined || uid === process.getuid();

/**
 * The file's bytes, or null when there is no such file. Refuses what `openToRead` does, and more than `maxBytes`; `judge` throws
 * for what else is not to be read.
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
		if (size > maxBytes) throw unreadable(path, `has ${size} bytes, more than is read here (${maxBytes})`);
		return readFileSync(fd);
	} finally {
		closeSync(fd);
	}
}

/** What memory takes at once (Node's own limit is 2 GiB). */
const MAX_READ_BYTES = 2 ** 31 - 1;

/** As `readOrNull`, as data; null also for what is no JSON. */
export function readJsonOrNull(path: string): unknown {
	try {
		return JSON.parse(readOrNull(path)?.toString('utf8') ?? 'null');
	} catch (error) {
		if (error instanceof SyntaxError) return null;
		throw error;
	}
}

/** As `readIfThere`; null also for what it refuses. */
export function readOrNull(path: string): Buffer | null {
	try {
		return readIfThere(path);
	} catch (error) {
		if (isUnreadable(error)) return null;
		throw error;
	}
}

/** True for what `openToRead` refuses. */
export function isUnreadable(error: unknown): error is RelayError {
	return error instanceof RelayError && error.code === 'unreadable_file';
}

/**
 * The bytes of a regular file that others may have put there (git's own, the user's), links followed; null for whatever else
 * stands there and for what may not be read. To open a pipe that nobody writes to would wait for ever; this never waits.
 */
export function readRegularFile(path: string, maxBytes = MAX_REGULAR_BYTES): Buffer | null {
	return isKnownMissing(path) ? null : readExpectedFile(path, maxBytes);
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
	// A path with a NUL in it, which a file may name and no system has.
	'ERR_INVALID_ARG_VALUE',
];

/** As UTF-8. */
export const readRegularText = (path: string, maxBytes?: number): string | null =>
	readRegularFile(path, maxBytes)?.toString('utf8') ?? null;

/** As `readRegularText`, of a file that is nearly always there: one look less, where one that is missing costs more. */
export const readExpectedText = (path: string, maxBytes?: number): string | null =>
	readExpectedFile(path, maxBytes)?.toString('utf8') ?? null;

/**
 * Opens a file for reading. Throws `unreadable_file` for anything else in its place (a symbolic link, a folder, a pipe, a
 * socket, a device) and where it may not be read: to open a pipe that nobody writes to would wait for ever.
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
			throw unreadable(path, 'is a symbolic link, which is not followed here', error);
		if (hasErrno(error, 'ENXIO')) throw unreadable(path, NOT_REGULAR, error);
		if (hasErrno(error, 'EACCES', 'EPERM')) throw unreadable(path, `cannot be read (${error.code})`, error);
		throw error;
	}
	const facts = fstatSync(fd);
	if (facts.isFile()) return { fd, facts };
	closeSync(fd);
	throw unreadable(path, facts.isDirectory() ? 'is a folder, where a file belongs' : NOT_REGULAR);
}

const NOT_REGULAR = 'is a pipe, socket or device, which is not read here';

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
