/**
 * What is known on disk of a set of edits while they are made, in a folder of its own (the *place*): the new contents, what
 * stood at each path before, and a journal over both. An owner of edits may keep keys of its own in the journal.
 */
import { createHash } from 'node:crypto';
import { lstatSync, readlinkSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { RelayError } from '../core/errors.ts';
import { readIfThere, readRegularFile, writeAtomic } from '../core/files/files.ts';

const stepSchema = v.looseObject({
	path: v.string(),
	/** What stood there, as `lookAt` stamps it; null: nothing, or a folder that is emptied by earlier steps. */
	stamp: v.nullable(v.string()),
	/** Digest of what comes; null: the path goes away. Its content lies in `new/<path>`. */
	digest: v.nullable(v.string()),
});
export type EditStep = v.InferOutput<typeof stepSchema>;

/** The keys that every journal has; an owner's schema is `v.looseObject({ ...journalEntries, <its keys> })`. */
export const journalEntries = {
	schema_version: v.literal(1),
	/** The folder that all paths lie in. Absolute. */
	worktree: v.string(),
	/** `written`: all steps are done, what is left is for the owner to record it. */
	phase: v.picklist(['writing', 'written']),
	/** Folders that were not there before; they go when an undo leaves them empty. */
	made_folders: v.array(v.string()),
	steps: v.array(stepSchema),
};
const journalSchema = v.looseObject(journalEntries);
export type EditJournal = v.InferOutput<typeof journalSchema>;

export interface EditPlace {
	/** Absolute. There only while edits are made, or after some were interrupted. */
	folder: string;
	/** New contents, under their paths: whoever makes edits puts them here. */
	fresh: string;
	/** What stood at the path of each step, under the step's number. */
	old: string;
	journal: string;
	/** Part of the names of files that wait beside their targets: only this place's edits use it. */
	mark: string;
}

/** `mark`: letters, digits, `-` and `_`, and the same whenever these edits are looked at (the id of a session). */
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
 * null: no edits were begun, or nothing of them was written. Throws `damaged_record` with that `hint` for what `schema` does not
 * know, `unreadable_file` for what is no file.
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

/** On disk when it returns. Keys stand in the order that they have here. */
export function writeJournal(place: EditPlace, journal: EditJournal): void {
	writeAtomic(place.journal, `${JSON.stringify(journal, null, '\t')}\n`, { sync: true });
}

export function discardPlace(place: EditPlace): void {
	rmSync(place.folder, { recursive: true, force: true });
}

export const oldPath = (place: EditPlace, at: number) => join(place.old, String(at));

/** Where a content waits on the disk of its target; nobody else's file has that name. */
export const besideOf = (place: EditPlace, target: string, at: number) =>
	join(dirname(target), `.agent-relay-${place.mark}-${at}.tmp`);

/** SHA-256 of what a path is: its kind, whether it can be executed, its bytes. */
export function digestOf(path: string): string {
	const facts = lstatSync(path);
	const hash = createHash('sha256');
	if (facts.isSymbolicLink()) return hash.update(`link ${readlinkSync(path)}`).digest('hex');
	const kind = (facts.mode & 0o100) === 0 ? 'file' : 'program';
	return hash
		.update(`${kind} `)
		.update(readRegularFile(path, Number.POSITIVE_INFINITY) ?? 'no file')
		.digest('hex');
}
