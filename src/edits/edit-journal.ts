/**
 * The on-disk state of a set of edits in progress, in a folder of its own (the *place*): the new contents, the old contents of each
 * path, and a journal of both. The owner of the edits may keep keys of its own in the journal.
 */
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readlinkSync, rmSync, unlink } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import * as v from 'valibot';
import { isSystemError, RelayError } from '../core/errors.ts';
import { isFolder } from '../core/files/folders.ts';
import { readIfThere, readRegularFile } from '../core/files/read-file.ts';
import { writeAtomic } from '../core/files/write-file.ts';
import { EXECUTABLE_MODE, LINK_MODE, type TreeEntry } from '../git/commits/tree-edits.ts';

const unlinkAsync = promisify(unlink);

const stepSchema = v.looseObject({
	path: v.string(),
	/** The old state, as `lookAt` stamps it; null: nothing, or a folder that earlier steps empty. */
	stamp: v.nullable(v.string()),
	/** Digest of the new content, which lies in `new/<path>`, by `digestOf` or `digestOfEntry`; null: the path is removed. */
	digest: v.nullable(v.string()),
});
export type EditStep = v.InferOutput<typeof stepSchema>;

/** The keys that every journal has; an owner's schema is `v.looseObject({ ...journalEntries, <its keys> })`. */
export const journalEntries = {
	schema_version: v.literal(1),
	/** The absolute folder that contains all paths. */
	worktree: v.string(),
	/** `written`: all steps are done, and the owner still has to record the edits. */
	phase: v.picklist(['writing', 'written']),
	/** Folders that the edits create; an undo removes those it leaves empty. */
	made_folders: v.array(v.string()),
	/** The only folders that are removed when the edits empty them. Absent: all. */
	removable_folders: v.optional(v.array(v.string())),
	steps: v.array(stepSchema),
};
const journalSchema = v.looseObject(journalEntries);
export type EditJournal = v.InferOutput<typeof journalSchema>;

export interface EditPlace {
	/** Absolute. Exists only while edits are made, or after an interruption. */
	folder: string;
	/** New contents, under their paths; the owner of the edits puts them here. */
	fresh: string;
	/** The old content of each step's path, under the step's number. */
	old: string;
	journal: string;
	/** Part of the names of files that wait next to their targets; only this place's edits use it. */
	mark: string;
}

/** `mark`: letters, digits, `-` and `_`, and the same on every call for these edits (the id of a session). */
export function editPlace(folder: string, mark: string): EditPlace {
	return {
		folder,
		mark,
		fresh: join(folder, 'new'),
		old: join(folder, 'old'),
		journal: join(folder, 'journal.json'),
	};
}

/**
 * null: no edits were begun, or nothing was written. Throws `damaged_record` with that `hint` if `schema` does not match, and
 * `unreadable_file` for anything but a regular file.
 */
export function readJournal<J extends EditJournal>(
	place: EditPlace,
	schema: v.GenericSchema<unknown, J>,
	hint: string,
): J | null {
	const bytes = readIfThere(place.journal);
	if (bytes === null) return null;
	const result = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), bytes.toString('utf8'));
	if (result.success) return result.output;
	throw new RelayError('damaged_record', `${place.journal} is damaged`, { hint });
}

/** Durable when it returns. Keys are written in the order they have here. */
export function writeJournal(place: EditPlace, journal: EditJournal): void {
	writeAtomic(place.journal, `${JSON.stringify(journal, null, '\t')}\n`, { sync: true });
}

export function discardPlace({ folder }: EditPlace): void {
	rmSync(folder, { recursive: true, force: true });
}

/**
 * The same for the end of edits, whose kept files are many: side by side, as the system may hold up each removal while it writes its
 * own journal, and without the two looks that Node's removal of a whole folder takes at each.
 */
export async function discardPlaceQuickly(place: EditPlace): Promise<void> {
	await removeKept(place);
	discardPlace(place);
}

async function removeKept({ folder, old }: EditPlace): Promise<void> {
	if (![folder, old].every(isFolder)) return;
	try {
		await Promise.all(readdirSync(old).map((name) => unlinkAsync(`${old}/${name}`)));
	} catch (error) {
		// The removal of the whole folder meets it too.
		if (!isSystemError(error)) throw error;
	}
}

export const oldPath = (place: EditPlace, at: number) => `${place.old}/${at}`;

/** Where a new content waits on its target's disk; no other file has that name. */
export const besideOf = (place: EditPlace, target: string, at: number) =>
	join(dirname(target), `.agent-relay-${place.mark}-${at}.tmp`);

/** SHA-256 of the path's kind, whether it is executable, and its bytes. */
export function digestOf(path: string): string {
	const facts = lstatSync(path);
	const hash = createHash('sha256');
	if (facts.isSymbolicLink()) return hash.update(`link ${readlinkSync(path)}`).digest('hex');
	const kind = (facts.mode & 0o100) === 0 ? 'file' : 'program';
	const bytes = facts.isFile() ? readRegularFile(path, Number.POSITIVE_INFINITY) : null;
	return hash
		.update(`${kind} `)
		.update(bytes ?? 'no file')
		.digest('hex');
}

/** The digest of a content that is on disk byte for byte as git stores it; it costs no look at the file. */
export const digestOfEntry = ({ mode, id }: TreeEntry): string => `${kindOfMode(mode)} ${id}`;

const kindOfMode = (mode: string) =>
	mode === LINK_MODE ? 'link' : mode === EXECUTABLE_MODE ? 'program' : 'file';

/** Whether the path holds what either kind of digest is of. Throws the system's error where nothing is there. */
export function hasDigest(path: string, digest: string): boolean {
	const [, kind, id] = /^(link|file|program) ([0-9a-f]+)$/.exec(digest) ?? [];
	if (kind === undefined || id === undefined) return digestOf(path) === digest;
	const facts = lstatSync(path);
	if (facts.isSymbolicLink())
		return kind === 'link' && blobId(readlinkSync(path, 'buffer'), id.length) === id;
	if (!facts.isFile() || kind !== ((facts.mode & 0o100) === 0 ? 'file' : 'program')) return false;
	const bytes = readRegularFile(path, Number.POSITIVE_INFINITY);
	return bytes !== null && blobId(bytes, id.length) === id;
}

/** As `git hash-object --no-filters`: SHA-1, or SHA-256 for ids of 64 digits. */
export function blobId(bytes: Buffer, idLength: number): string {
	const hash = createHash(idLength === 64 ? 'sha256' : 'sha1');
	return hash.update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}
