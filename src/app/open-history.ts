/** The index of all conversations, brought up to date and open for as long as somebody reads it. */
import { type IndexContext, openUpToDateIndex } from '../commands/reindex/up-to-date-index.ts';
import type { IndexDatabase } from '../history/index/open-index.ts';

/** Where another process indexes now, what is there is read. Throws what `openUpToDateIndex` throws. */
export async function readHistory<Value>(
	context: IndexContext,
	act: (db: IndexDatabase) => Value | Promise<Value>,
): Promise<Value> {
	const { db } = await openUpToDateIndex(context);
	try {
		return await act(db);
	} finally {
		db.close();
	}
}
