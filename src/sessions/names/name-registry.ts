/**
 * `names.json` beside the sessions: the names of a repo, one file for all its worktrees. Metadata alone: what is live is looked up
 * each time. A file that cannot be read is left as it is, and then nothing is written.
 */
import { isAbsolute, join } from 'node:path';
import * as v from 'valibot';
import { RelayError } from '../../core/errors.ts';
import { lstatIfThere } from '../../core/files/file-facts.ts';
import { type Locking, withFileLock } from '../../core/files/file-lock.ts';
import { explainingWrites } from '../../core/files/write-failure.ts';
import { writeAtomic } from '../../core/files/write-file.ts';
import { quoteForShell } from '../../core/quote-for-shell.ts';
import { parseRecord, readRecord, refuseNewer } from '../files/json-record.ts';
import { sessionsFolder } from '../files/session-paths.ts';
import { isStore, prepareStore, refuseLink, type StoreLocation } from '../files/store-location.ts';
import { DEFAULT_NAME, isNameId, type NameId } from './name-id.ts';

const VERSION = 1;
export const MAX_LABEL_CHARS = 80;

const nameId = v.custom<NameId>(
	(value) => typeof value === 'string' && isNameId(value),
	'not the id of a name',
);
const text = v.pipe(v.string(), v.maxLength(4096));

const entrySchema = v.looseObject({
	id: v.pipe(
		nameId,
		v.check((id) => id !== DEFAULT_NAME, 'default has no entry'),
	),
	created_at: text,
	last_seen_at: text,
	/** Agents that took turns under it. */
	participants: v.array(text),
	label: v.nullable(v.pipe(v.string(), v.maxLength(MAX_LABEL_CHARS))),
	lifecycle: v.picklist(['active', 'inactive', 'archived']),
	/** The folder that it is bound to. */
	worktree: v.pipe(text, v.check(isAbsolute, 'not an absolute path')),
	/** Ids of the sessions begun under it, oldest first. */
	sessions: v.array(text),
});
export type NameEntry = v.InferOutput<typeof entrySchema>;

const registrySchema = v.looseObject({
	schema_version: v.number(),
	/** The name in focus; null: `default`. */
	selected: v.nullable(nameId),
	names: v.pipe(
		v.array(entrySchema),
		v.check((names) => new Set(names.map(({ id }) => id)).size === names.length, 'a name twice'),
	),
});
export type Names = v.InferOutput<typeof registrySchema>;

export interface NameRegistry {
	readonly path: string;
	/** Empty where there is no file. Throws `damaged_record`, `newer_version` (unreadable only), `refused` (a link in its place). */
	read(): Names;
	/**
	 * Reads, changes and replaces the file while no other relay does; `act` gives the names to write, or those that it got to write
	 * nothing. Throws like `read`, what `act` throws, `disk_full`, `not_writable`; the file is as it was then.
	 */
	change(act: (names: Names) => Names): Names;
}

/** `onUnprotected`: the file may end up in a commit, as the repo has a `.gitignore` of its own there. */
export function createNameRegistry(
	location: StoreLocation,
	locking: Locking,
	onUnprotected: (path: string) => void = () => undefined,
): NameRegistry {
	const usual = join(location.folder, REGISTRY_FILE);
	/** Out of git where the repo's own `.gitignore` would let the usual one in. */
	const withRecords = join(sessionsFolder(location), REGISTRY_FILE);
	const isThere = (file: string) => lstatIfThere(file) !== undefined;
	const pathNow = () => (!isThere(usual) && isThere(withRecords) ? withRecords : usual);
	const read = (path = pathNow()): Names => {
		refuseLink(location.folder);
		if (!isStore(location.folder)) return NOTHING;
		try {
			const bytes = readRecord(path);
			return bytes === null ? NOTHING : parseRecord(registrySchema, VERSION, bytes.toString('utf8'), path);
		} catch (error) {
			throw explained(error, path);
		}
	};
	return {
		get path() {
			return pathNow();
		},
		read: () => read(),
		change: (act) => {
			// Before anything is made: a file that cannot be obeyed stops every change.
			refuseNewer(read().schema_version, VERSION, pathNow());
			const protection = prepareStore(location);
			const path = protection === 'store' || isThere(usual) ? pathNow() : withRecords;
			if (protection !== 'store' && (path === usual || protection === 'each')) onUnprotected(path);
			return explainingWrites(path, () =>
				withFileLock(`${path}.lock`, { timeoutMs: LOCK_MS, ...locking, self: locking.self }, () => {
					const before = read(path);
					refuseNewer(before.schema_version, VERSION, path);
					const after = act(before);
					if (after !== before) writeAtomic(path, `${JSON.stringify(after, null, 2)}\n`, { sync: true });
					return after;
				}),
			);
		},
	};
}

const REGISTRY_FILE = 'names.json';

/** Hundreds of relays may wait for each other, each for a write of some milliseconds. */
const LOCK_MS = 30_000;

const NOTHING: Names = { schema_version: VERSION, selected: null, names: [] };

function explained(error: unknown, path: string): unknown {
	if (!(error instanceof RelayError) || error.code !== 'damaged_record') return error;
	return new RelayError('damaged_record', `${error.message}; nothing was changed.`, {
		hint: `Mend it, or move it away and create the names again: mv ${quoteForShell(path)} ${quoteForShell(`${path}.damaged`)}`,
		cause: error,
	});
}

export function findName(names: Names, id: NameId): NameEntry | null {
	return names.names.find((entry) => entry.id === id) ?? null;
}

/** Throws `not_found`, with the names that there are. */
export function requireName(names: Names, id: NameId): NameEntry {
	const found = findName(names, id);
	if (found !== null) return found;
	const known = names.names.map((entry) => entry.id).slice(0, SHOWN_NAMES);
	const list = known.length === 0 ? '' : ` The names here: ${known.join(', ')}.`;
	throw new RelayError('not_found', `There is no name ${id} here.${list}`, {
		hint: `Create it: agent-relay name create ${id}`,
	});
}

const SHOWN_NAMES = 10;

/** The same names with this entry in place of the one of its id, or added. */
export function withName(names: Names, entry: NameEntry): Names {
	const isKnown = names.names.some(({ id }) => id === entry.id);
	const others = names.names.map((one) => (one.id === entry.id ? entry : one));
	return { ...names, names: isKnown ? others : [...others, entry] };
}
