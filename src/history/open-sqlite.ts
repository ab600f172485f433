/** The one place that loads libsql, for the index and for a CLI's database. It takes 28 ms, so it is loaded with the first database. */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Libsql from 'libsql';
import { RelayError } from '../core/errors.ts';

const require = createRequire(import.meta.url);

export type SqliteDatabase = Libsql.Database;

/** Created where it is missing. `timeoutMs`: how long a statement waits for another process. */
export function openSqlite(path: string, timeoutMs: number): SqliteDatabase {
	const Database: typeof Libsql = require('libsql');
	return new Database(path, { timeout: timeoutMs });
}

/**
 * Another program's database, with what stands in its `-wal` alone. Nothing is written to it but the `-shm` file that SQLite needs; where
 * not even that can be made, a copy is read. Throws RelayError `damaged_record` for what SQLite cannot read.
 */
export function withForeignSqlite<T>(path: string, read: (db: SqliteDatabase) => T): T {
	try {
		return readOpened(path, read);
	} catch (error) {
		if (!/^SQLITE_(?:CANTOPEN|READONLY)/.test(codeOf(error))) throw explained(error, path);
	}
	const folder = mkdtempSync(join(tmpdir(), 'agent-relay-'));
	try {
		const copy = join(folder, 'copy.db');
		copyFileSync(path, copy);
		if (existsSync(`${path}-wal`)) copyFileSync(`${path}-wal`, `${copy}-wal`);
		return readOpened(copy, read);
	} catch (error) {
		throw explained(error, path);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

const codeOf = (error: unknown): string =>
	error instanceof Error && 'code' in error ? String(error.code) : '';

/** What SQLite says of the file, to be thrown; any other error as it is. */
function explained(error: unknown, path: string): unknown {
	if (!codeOf(error).startsWith('SQLITE_')) return error;
	return new RelayError('damaged_record', `${path} cannot be read: ${String(error)}`, {
		hint: 'If its agent works with it now, try again; else it is damaged.',
		cause: error,
	});
}

function readOpened<T>(path: string, read: (db: SqliteDatabase) => T): T {
	const name = path.replace(/[%?#]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
	const db = openSqlite(`file:${name}?mode=ro`, 2_000);
	try {
		return read(db);
	} finally {
		db.close();
	}
}
