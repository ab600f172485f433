/** Earlier prompts, one JSON string a line, so that a prompt of several lines stays one entry. */
import { chmodSync, closeSync } from 'node:fs';
import { dirname } from 'node:path';
import { hasErrno } from '../../core/errors.ts';
import { ensureFolder } from '../../core/files/folders.ts';
import { isUnreadable, readIfThere } from '../../core/files/read-file.ts';
import { FILE_MODE, openAppend, writeAll, writeAtomic } from '../../core/files/write-file.ts';

/** Entries kept; the file is rewritten when it holds twice as many. */
const MAX_ENTRIES = 1000;
/** A longer prompt (a pasted log) is not worth keeping. */
const MAX_ENTRY_CHARS = 100_000;

export interface History {
	/** Oldest first, without repetitions. */
	entries(): readonly string[];
	add(entry: string): void;
	/** Keeps what was not sent, in this shell only. */
	keep(entry: string): void;
}

/**
 * Never fails: a history that cannot be read or written is kept only in memory, as it is when `path` is null. The file gets
 * what `redact` leaves of an entry; this shell keeps the entry as it was typed.
 */
export function openHistory(path: string | null, redact: (text: string) => string = (text) => text): History {
	let entries = path === null ? [] : load(path);
	let saved = entries.at(-1);
	return {
		entries: () => entries,
		add(entry) {
			if (entry.trim() === '' || entry.length > MAX_ENTRY_CHARS) return;
			entries = withEntry(entries, entry);
			if (path !== null && entry !== saved) append(path, redact(entry));
			saved = entry;
		},
		keep(entry) {
			if (entry.trim() !== '') entries = withEntry(entries, entry);
		},
	};
}

/** The history at a path that may change while the shell runs: each has its own entries. */
export function followHistory(pathNow: () => string | null, redact: (text: string) => string): History {
	const opened = new Map<string | null, History>();
	const now = (): History => {
		const path = pathNow();
		const known = opened.get(path) ?? openHistory(path, redact);
		opened.set(path, known);
		return known;
	};
	now();
	return {
		entries: () => now().entries(),
		add: (entry) => now().add(entry),
		keep: (entry) => now().keep(entry),
	};
}

/** @internal Exported for tests that use no file. */
export function withEntry(entries: readonly string[], entry: string): string[] {
	return [...entries.filter((known) => known !== entry), entry].slice(-MAX_ENTRIES);
}

/**
 * Entries of a file's text; lines that are not JSON strings are skipped.
 * @internal Exported for tests that use no file.
 */
export function parseHistory(text: string): string[] {
	const entries = new Set<string>();
	for (const line of text.split('\n')) {
		const entry = parseEntry(line);
		if (entry === null) continue;
		entries.delete(entry);
		entries.add(entry);
	}
	return [...entries].slice(-MAX_ENTRIES);
}

function parseEntry(line: string): string | null {
	try {
		const value: unknown = JSON.parse(line);
		return typeof value === 'string' && value !== '' ? value : null;
	} catch {
		return null;
	}
}

function load(path: string): string[] {
	return quietly([], () => {
		const text = readIfThere(path)?.toString('utf8');
		if (text === undefined) return [];
		chmodSync(path, FILE_MODE);
		const entries = parseHistory(text);
		if (text.split('\n').length > 2 * MAX_ENTRIES) writeAtomic(path, entries.map(serialize).join(''));
		return entries;
	});
}

function append(path: string, entry: string): void {
	quietly(undefined, () => {
		ensureFolder(dirname(path));
		const fd = openAppend(path);
		try {
			writeAll(fd, Buffer.from(`${isTorn(path) ? '\n' : ''}${serialize(entry)}`));
		} finally {
			closeSync(fd);
		}
	});
}

/** A killed shell or a full disk left half a line at the end, which must not spoil the next one. */
const isTorn = (path: string) => ![undefined, 0x0a].includes(readIfThere(path)?.at(-1));

const serialize = (entry: string) => `${JSON.stringify(entry)}\n`;

function quietly<T>(fallback: T, act: () => T): T {
	try {
		return act();
	} catch (error) {
		if (isUnreadable(error)) return fallback;
		if (hasErrno(error, 'EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'ELOOP', 'EISDIR', 'ENOTDIR', 'EDQUOT'))
			return fallback;
		throw error;
	}
}
