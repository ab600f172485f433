/** One process indexes at a time. The lock is a transaction on a database of its own, so that it goes with its holder, however that ends. */
import { join } from 'node:path';
import type { RelayPaths } from '../../config/xdg-paths.ts';
import { openSqlite } from '../open-sqlite.ts';

/** null: another process indexes now. */
export function lockIndex({ dataHome }: Pick<RelayPaths, 'dataHome'>): { release(): void } | null {
	const db = openSqlite(join(dataHome, 'index-lock.db'), 0);
	try {
		db.exec('begin exclusive');
	} catch (error) {
		db.close();
		if (error instanceof Error && 'code' in error && /^SQLITE_(?:BUSY|LOCKED)/.test(String(error.code)))
			return null;
		throw error;
	}
	return {
		release: () => {
			db.exec('rollback');
			db.close();
		},
	};
}
