/** `owner.json` next to the worktrees of a race names their owner. Without it nothing there is ever removed. */
import { join } from 'node:path';
import * as v from 'valibot';
import { ensureFolder } from '../../core/files/folders.ts';
import { explainingWrites } from '../../core/files/write-failure.ts';
import { writeAtomic } from '../../core/files/write-file.ts';
import { parseRecord, readRecord } from '../../sessions/files/json-record.ts';

const text = v.string();

const ownerSchema = v.looseObject({
	schema_version: v.number(),
	/** Id of the race, also of its session. */
	race: text,
	repo_root: text,
	common_dir: text,
	/** Folder of the session store with the race's records. Absolute. */
	store: text,
	created_at: text,
	/** SHA-256 of what the user asked for (`claim-place.ts`). */
	plan: v.optional(text),
});
export type RaceOwner = v.InferOutput<typeof ownerSchema>;

export const OWNER_FILE = 'owner.json';
export const OWNER_VERSION = 1;

/** Git's own lock reason of an entrant's worktree: the second of the two marks. */
export const lockReason = (race: string, entrant: string) => `agent-relay race ${race} ${entrant}`;

/** Makes the race's folder with its owner in it. Throws `disk_full`, `not_writable`. */
export function writeOwner(folder: string, owner: RaceOwner): void {
	const path = join(folder, OWNER_FILE);
	explainingWrites(path, () => {
		ensureFolder(folder);
		writeAtomic(path, `${JSON.stringify(owner, null, 2)}\n`, { sync: true });
	});
}

/** null when there is none. Throws `damaged_record`, `newer_version`. */
export function readOwner(folder: string): RaceOwner | null {
	const path = join(folder, OWNER_FILE);
	const bytes = readRecord(path);
	return bytes === null ? null : parseRecord(ownerSchema, OWNER_VERSION, bytes.toString(), path);
}
