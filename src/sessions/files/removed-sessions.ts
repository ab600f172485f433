/** How a session is removed: its folder gets a name that no listing knows, in one step, and is then emptied. */
import { renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isFolder, namesInExpected } from '../../core/files/folders.ts';
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

/** Sessions whose removal was interrupted, in the store at `folder`, each with what is left of its folder. */
export function removedSessions(folder: string): Array<{ id: SessionId; path: string }> {
	const sessions = sessionsFolder({ folder });
	if (!isFolder(folder) || !isFolder(sessions)) return [];
	return namesInExpected(sessions, 'EACCES').flatMap((name) => {
		const id = parseSessionId(REMOVED.exec(name)?.[1] ?? '');
		if (id === null) return [];
		const path = join(sessions, name);
		return isFolder(path) ? [{ id, path }] : [];
	});
}
