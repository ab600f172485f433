/** Opens `index.db`, in which every conversation of this user can be searched. Loaded, and the file made, only when it is asked for. */
import { join } from 'node:path';
import type { RelayPaths } from '../../config/xdg-paths.ts';
import { RelayError } from '../../core/errors.ts';
import { ensureFolder } from '../../core/files/folders.ts';
import { createExclusive } from '../../core/files/write-file.ts';
import { openSqlite, type SqliteDatabase } from '../open-sqlite.ts';
import { DERIVED_NAMES, DERIVED_TABLES, INDEX_VERSION, USER_TABLES } from './index-tables.ts';

export type IndexDatabase = SqliteDatabase;

/** Longer than any batch of another indexer takes. */
const BUSY_MS = 5_000;

const indexPath = ({ dataHome }: Pick<RelayPaths, 'dataHome'>) => join(dataHome, 'index.db');

/**
 * The index of this user, its tables made (see `index-tables`); close it. An older version keeps the user's tables and loses the rest, which the
 * next update builds anew. Throws RelayError `newer_version`, `damaged_record` for a file that is no index, and what the folder refuses.
 */
export function openIndex(paths: Pick<RelayPaths, 'dataHome'>): IndexDatabase {
	const path = indexPath(paths);
	ensureFolder(paths.dataHome);
	try {
		// SQLite gives its other files the mode of this one. One that is there is left alone: closing any descriptor of it would drop the
		// locks of a connection that this process has open, and another process would then take its log away.
		createExclusive(path, '');
		const db = openSqlite(path, BUSY_MS);
		try {
			prepareTables(db, path);
			return db;
		} catch (error) {
			db.close();
			throw error;
		}
	} catch (error) {
		throw explainedFailure(error, paths);
	}
}

function prepareTables(db: IndexDatabase, path: string): void {
	db.pragma('journal_mode = WAL');
	db.pragma('synchronous = NORMAL');
	if (versionOf(db) === INDEX_VERSION) return;
	withTransaction(db, () => {
		const version = versionOf(db);
		if (version === INDEX_VERSION) return;
		if (version > INDEX_VERSION)
			throw new RelayError('newer_version', `${path} was written by a newer agent-relay.`, {
				hint: 'Update agent-relay, or move that file away: it is built again.',
			});
		db.exec(USER_TABLES);
		rebuildTables(db);
	});
}

/** Within a transaction. Empties all that indexing made. */
export function rebuildTables(db: IndexDatabase): void {
	for (const name of DERIVED_NAMES) db.exec(`drop table if exists ${name}`);
	db.exec(DERIVED_TABLES);
	db.exec(`pragma user_version = ${INDEX_VERSION}`);
}

function versionOf(db: IndexDatabase): number {
	const { user_version } = db.prepare('pragma user_version').get() as { user_version: number };
	return user_version;
}

/** All of `action` or nothing of it; another writer waits. */
export function withTransaction<T>(db: IndexDatabase, action: () => T): T {
	db.exec('begin immediate');
	try {
		const result = action();
		db.exec('commit');
		return result;
	} catch (error) {
		db.exec('rollback');
		throw error;
	}
}

/** An error of SQLite in the user's terms, to be thrown; any other one as it is. */
export function explainedFailure(error: unknown, paths: Pick<RelayPaths, 'dataHome'>): unknown {
	const path = indexPath(paths);
	const code = error instanceof Error && 'code' in error ? String(error.code) : '';
	if (!code.startsWith('SQLITE_')) return error;
	if (/NOTADB|CORRUPT/.test(code))
		return new RelayError('damaged_record', `${path} is damaged.`, {
			hint: 'Move it away: the index is built again from the transcripts; tags and notes of the damaged file are lost.',
			cause: error,
		});
	if (/READONLY|CANTOPEN|PERM/.test(code))
		return new RelayError('not_writable', `${path} cannot be written.`, { cause: error });
	if (code.includes('FULL'))
		return new RelayError('disk_full', `${path} cannot grow: the disk is full.`, { cause: error });
	if (/BUSY|LOCKED/.test(code))
		return new RelayError('not_writable', `${path} is in use by another process.`, {
			hint: 'Try again when it is done.',
			cause: error,
		});
	return error;
}
