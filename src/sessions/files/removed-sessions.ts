/** How a session is removed: its folder gets a name that no listing knows, in one step, and is then emptied. */
import { renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isFolder, namesIn } from '../../core/files/folders.ts';
import { parseSessionId, type SessionId } from '../../core/ids.ts';
import { sessionsFolder } from './session-paths.ts';

const REMOVED = /^\.([0-9A-HJKMNP-TV-Z]{26})\.removed$/;

/**
 * Removes the folder of a session whose lock the caller holds. `onGone` is called once it is no longer a session; if that throws,
 * it is made one again. Throws system errors.
 */
export function removeSessionFolder(folder: string, onGone = () => {}): void {
	const aside = join(dirname(folder), `.${basename(folder)}.removed`);
	rmSync(aside, { recursive: true, force: true });
	renameSync(folder, aside);
	try {
		onGone();
	} catch (error) {
		renameSync(aside, folder);
		throw error;
	}
	rmSync(aside, { recursive: true, force: true });
}

interface RemovedSession {
	id: SessionId;
	path: string;
}

/**
 * Sessions whose removal was interrupted, in the store at `folder`, each with what is left of its folder. `names`: what its folder of
 * sessions holds, if the caller already has it (5 ms for 10,000).
 */
export function removedSessions(
	folder: string,
	names: readonly string[] = namesOfSessions(folder),
): RemovedSession[] {
	const sessions = sessionsFolder({ folder });
	return names.flatMap((name) => {
		const id = parseSessionId(REMOVED.exec(name)?.[1] ?? '');
		if (id === null) return [];
		const path = join(sessions, name);
		return isFolder(path) ? [{ id, path }] : [];
	});
}

/** Everything in the folder of sessions of the store at `folder`; none where that is not a store. */
export function namesOfSessions(folder: string): string[] {
	const sessions = sessionsFolder({ folder });
	return isFolder(folder) && isFolder(sessions) ? namesIn(sessions, 'EACCES') : [];
}
