/** Files read where others may have put anything: only a regular file is read, and no open waits. */
import { closeSync, constants, fstatSync, openSync, readFileSync, readSync, type Stats } from 'node:fs';
import { hasErrno, RelayError } from '../errors.ts';

const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;

/**
 * The file's bytes, or null when the file does not exist. Refuses what `openToRead` refuses, and more than `maxBytes`; `judge`
 * throws for anything else that must not be read.
 */
export function readIfThere(
	path: string,
	maxBytes = MAX_READ_BYTES,
	judge: (facts: Stats) => void = () => undefined,
): Buffer | null {
	return withOpenFile(path, ({ fd, facts }) => {
		judge(facts);
		const { size } = facts;
		if (size > maxBytes) throw unreadable(path, `has ${size} bytes; at most ${maxBytes} are read here`);
		return readFileSync(fd);
	});
}

/** The last `bytes` of a file; null for a shorter one, and where there is none. Refuses what `openToRead` refuses. */
export function readEnd(path: string, bytes: number): Buffer | null {
	return withOpenFile(path, ({ fd, facts: { size } }) => {
		const end = Buffer.alloc(bytes);
		return size >= bytes && readSync(fd, end, 0, bytes, size - bytes) === bytes ? end : null;
	});
}

/** null if there is no such file. */
function withOpenFile<T>(path: string, read: (opened: OpenFile) => T): T | null {
	let opened: OpenFile;
	try {
		opened = openRegular(path);
	} catch (error) {
		if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return null;
		throw error;
	}
	try {
		return read(opened);
	} finally {
		closeSync(opened.fd);
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
	let fd: number;
	try {
		fd = openSync(path, O_RDONLY | O_NONBLOCK);
	} catch (error) {
		if (hasErrno(error, ...UNREADABLE)) return null;
		throw error;
	}
	try {
		const facts = fstatSync(fd);
		return facts.isFile() && facts.size <= maxBytes ? readOpen(fd, facts.size) : null;
	} finally {
		closeSync(fd);
	}
}

/** Files up to this size are read at one go. */
const SMALL_BYTES = 1024 * 1024;

/** `size`: as the system reports it, which some files (below /proc) do not have. In one call where `readFileSync` takes three. */
function readOpen(fd: number, size: number): Buffer {
	if (size === 0 || size > SMALL_BYTES) return readFileSync(fd);
	// One byte more than there should be: a file that has grown is read as a whole.
	const bytes = Buffer.allocUnsafe(size + 1);
	const read = readSync(fd, bytes, 0, size + 1, 0);
	return read === size ? bytes.subarray(0, size) : readFileSync(fd);
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
