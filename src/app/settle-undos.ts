import type { SessionStore } from '../sessions/store/session-store.ts';
import { undoPlaces } from '../sessions/undo/undo-places.ts';

/** What an undo left whose process died is finished, or taken back, by the next command that opens the records. */
export async function withUndosSettled(
	store: SessionStore,
	{ notice }: { notice(text: string): void },
): Promise<SessionStore> {
	if (undoPlaces(store.location).length === 0) return store;
	const { recoverUndos } = await import('../undo/recover-undo.ts');
	for (const line of recoverUndos(store)) notice(line);
	return store;
}
