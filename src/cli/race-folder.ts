import { relative } from 'node:path';
import type { App } from '../app/create-app.ts';
import { parseSessionId } from '../core/ids.ts';
import type { RaceRecord } from '../race/record/race-record.ts';

/** The folder of a race's records, relative to where the command works when it lies below. */
export async function raceFolderName(app: App, { id }: Pick<RaceRecord, 'id'>): Promise<string> {
	const session = parseSessionId(id);
	const { location, folderOf } = await app.store();
	const folder = session === null ? location.folder : folderOf(session);
	const near = relative(app.folder, folder);
	return near.startsWith('..') ? folder : near;
}
