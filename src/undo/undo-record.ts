/** `undo/NNN.json` of a session: what one undo or redo wrote, path by path, so that it can be taken back exactly. */
import { dirname, relative } from 'node:path';
import * as v from 'valibot';
import { RelayError } from '../core/errors.ts';
import { ensureFolder, isFolder } from '../core/files/folders.ts';
import { writeAtomic } from '../core/files/write-file.ts';
import { safeLine } from '../core/text.ts';
import { isObjectId } from '../git/git-output.ts';
import { parseRecord, readRecord } from '../sessions/files/json-record.ts';
import { insideSession, undoFile } from '../sessions/files/session-paths.ts';
import type { OpenSession } from '../sessions/store/session-store.ts';
import type { PlacedStep } from '../sessions/undo/undo-history.ts';

const VERSION = 1;

const stateSchema = v.nullable(
	v.looseObject({
		mode: v.picklist(['100644', '100755', '120000']),
		id: v.pipe(v.string(), v.check(isObjectId, 'not an object id')),
		permissions: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0o777))),
	}),
);

const recordSchema = v.looseObject({
	schema_version: v.number(),
	step: v.number(),
	/** Absolute. */
	worktree: v.string(),
	files: v.array(v.looseObject({ path: v.string(), before: stateSchema, after: stateSchema })),
	/** Folders that it made. */
	made_folders: v.array(v.string()),
});

type State = v.InferOutput<typeof stateSchema>;

export interface UndoRecord {
	step: number;
	worktree: string;
	files: Array<{ path: string; before: State; after: State }>;
	made_folders: string[];
}

/** Makes the folder of the session's undos. Throws `refused` if something else is in its place, such as a link. */
export function prepareUndoFolder(session: OpenSession, step: number): { kept: string; keptName: string } {
	const folder = session.writableFolder();
	const kept = undoFile(folder, step, 'kept');
	ensureFolder(dirname(kept));
	if (!isFolder(dirname(kept)))
		throw new RelayError('refused', `${dirname(kept)} is not a folder, so the undo cannot be recorded.`, {
			hint: 'Look at it, then remove it.',
		});
	return { kept, keptName: relative(folder, kept) };
}

/** Durable when it returns; its path, relative to the session's folder. */
export function writeUndoRecord(session: OpenSession, record: UndoRecord): string {
	const folder = session.writableFolder();
	const path = undoFile(folder, record.step, 'json');
	const text = `${JSON.stringify({ schema_version: VERSION, ...record }, null, '\t')}\n`;
	writeAtomic(session.wayTo(path), text, { sync: true });
	return relative(folder, path);
}

/** The only names that `writeUndoRecord` gives. */
const RECORD_NAME = /^undo\/\d{3,9}\.json$/;

/** Throws `damaged_record`, also where it is missing, and `newer_version`. */
export function readUndoRecord({ folder, step }: PlacedStep): UndoRecord {
	const path = RECORD_NAME.test(step.record) ? insideSession(folder, step.record) : null;
	const bytes = path === null ? null : readRecord(path);
	if (path === null || bytes === null)
		throw new RelayError(
			'damaged_record',
			`The record of undo ${step.step} is missing: ${safeLine(step.record, 200)}`,
			{
				hint: 'Without it a redo cannot know what stood there.',
			},
		);
	return parseRecord(recordSchema, VERSION, bytes.toString(), path);
}
