/** Where the edits of an undo are while they are made: `undo-<session>/` beside the sessions, so that any command finds them. */
import { basename, dirname, join } from 'node:path';
import { isFolder, namesIn } from '../../core/files/folders.ts';
import { parseSessionId, type SessionId } from '../../core/ids.ts';
import type { StoreLocation } from '../files/store-location.ts';

const PREFIX = 'undo-';

/** The session's folder is `<store>/sessions/<id>`. */
export const undoPlaceFolder = (sessionFolder: string): string =>
	join(dirname(dirname(sessionFolder)), PREFIX + basename(sessionFolder));

/** Those that are in use, or were left behind. */
export function undoPlaces({
	folder,
	others,
	kept,
}: Pick<StoreLocation, 'folder' | 'others' | 'kept'>): Array<{ id: SessionId; folder: string }> {
	return [folder, ...others, kept].flatMap((store) =>
		namesIn(store, 'EACCES').flatMap((name) => {
			const id = name.startsWith(PREFIX) ? parseSessionId(name.slice(PREFIX.length)) : null;
			const path = join(store, name);
			return id === null || !isFolder(path) ? [] : [{ id, folder: path }];
		}),
	);
}
