/**
 * Several files replaced as one step. The new bytes are written beside each file; then a small record names them all, and once
 * that is on disk the step counts as made: whoever comes next finishes what a kill left. Before it, nothing has changed.
 * Everything here runs under the lock of the registry.
 */
import { closeSync, constants, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import * as v from 'valibot';
import { hasErrno, RelayError } from '../../core/errors.ts';
import { lstatIfThere } from '../../core/files/file-facts.ts';
import { ensureFolder } from '../../core/files/folders.ts';
import { createExclusive, removeIfThere, writeAtomic } from '../../core/files/write-file.ts';
import { parseRecord, readRecord } from '../../sessions/files/json-record.ts';

const VERSION = 1;

/** Below the root, without a way out of it. */
const inside = v.pipe(
	v.string(),
	v.check(
		(path) => path !== '' && !isAbsolute(path) && !path.split('/').includes('..') && !path.includes('\0'),
		'not a path below the folder',
	),
);

const stepSchema = v.looseObject({
	schema_version: v.number(),
	/** Files whose new bytes wait beside them. */
	replaced: v.array(inside),
	/** Files and folders that go. */
	removed: v.array(inside),
});
type StepRecord = v.InferOutput<typeof stepSchema>;

export interface Step {
	/** Absolute paths below the root, and the new text. */
	replaced: ReadonlyArray<readonly [path: string, text: string]>;
	/** Absolute paths of files and folders. */
	removed?: readonly string[];
}

export interface StepPlace {
	root: string;
	/** The record of a step. */
	step: string;
}

/**
 * Makes the step, and has it on disk when it resolves. Throws system errors and RelayError `refused` (something that is not a
 * file, or a folder that is a link, stands where one is to be written): nothing has changed then.
 */
export function makeStep(place: StepPlace, { replaced, removed = [] }: Step): void {
	const files = replaced.map(([path, text]) => ({ path, text, fresh: besides(path) }));
	for (const { path } of files) refuseOdd(path, place);
	const fresh: string[] = [];
	try {
		for (const { fresh: path, text } of files) {
			ensureFolder(dirname(path));
			removeIfThere(path);
			fresh.push(path);
			if (!createExclusive(path, text)) throw new Error(`${path} appeared under the lock`);
			syncFile(path);
		}
		const within = (path: string) => relative(place.root, path).split(sep).join('/');
		const record: StepRecord = {
			schema_version: VERSION,
			replaced: files.map(({ path }) => within(path)),
			removed: removed.map(within),
		};
		writeAtomic(place.step, `${JSON.stringify(record)}\n`, { sync: true });
	} catch (error) {
		for (const path of fresh) removeIfThere(path);
		throw error;
	}
	finish(place, { replaced: files.map(({ path }) => path), removed });
}

/** True: a step was begun and not finished; it counts as made. */
export const isStepOpen = ({ step }: StepPlace): boolean => lstatIfThere(step) !== undefined;

/**
 * Finishes the step that a kill left; nothing where there is none. Throws `damaged_record` for a record that cannot be read, and
 * leaves it as it is.
 */
export function finishStep(place: StepPlace): void {
	const bytes = readRecord(place.step);
	if (bytes === null) return;
	const record = parseRecord(stepSchema, VERSION, bytes.toString('utf8'), place.step);
	const absolute = (path: string) => join(place.root, path);
	finish(place, { replaced: record.replaced.map(absolute), removed: record.removed.map(absolute) });
}

function finish(place: StepPlace, files: { replaced: readonly string[]; removed: readonly string[] }): void {
	for (const path of files.replaced) takeInPlace(path);
	for (const path of files.removed) rmSync(path, { recursive: true, force: true });
	for (const folder of new Set([...files.replaced, ...files.removed].map((path) => dirname(path))))
		syncFolder(folder);
	removeIfThere(place.step);
}

/** A file that is not there any more was taken in place before the kill. */
function takeInPlace(path: string): void {
	try {
		renameSync(besides(path), path);
	} catch (error) {
		if (!hasErrno(error, 'ENOENT')) throw error;
	}
}

/** The same name each time, so that the next step of the file removes what a kill left. */
const besides = (path: string) => join(dirname(path), `.${basename(path)}.step`);

/** Whether a name in a folder is that of bytes that were written for a step. */
export const isStepFile = (name: string): boolean => /^\..+\.step$/.test(name);

function refuseOdd(path: string, { root }: StepPlace): void {
	const facts = lstatIfThere(path);
	if (facts !== undefined && !facts.isFile()) throw odd(path, 'is not a file');
	for (let at = dirname(path); at.length > root.length; at = dirname(at)) {
		const folder = lstatIfThere(at);
		if (folder !== undefined && !folder.isDirectory()) throw odd(at, 'is not a folder');
	}
}

function odd(path: string, what: string): RelayError {
	return new RelayError('refused', `${path} ${what}; the relay does not write through it.`, {
		hint: 'Look at it, and move it away.',
	});
}

function syncFile(path: string): void {
	const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
	try {
		fsyncSync(fd);
	} finally {
		closeSync(fd);
	}
}

function syncFolder(path: string): void {
	let fd: number;
	try {
		fd = openSync(path, constants.O_RDONLY);
	} catch (error) {
		if (hasErrno(error, 'ENOENT')) return;
		throw error;
	}
	try {
		fsyncSync(fd);
	} finally {
		closeSync(fd);
	}
}
