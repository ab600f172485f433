/** What the relay puts into the configuration of an agent, and takes out again to the byte. Nothing else of the file changes. */
import { chmodSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { RelayError } from '../../core/errors.ts';
import { lstatIfThere } from '../../core/files/file-facts.ts';
import { ensureFolder } from '../../core/files/folders.ts';
import { packageRoot } from '../../core/files/package-root.ts';
import { readRegularText } from '../../core/files/read-file.ts';
import { realPathIfThere } from '../../core/files/real-path.ts';
import { explainingWrites } from '../../core/files/write-failure.ts';
import { removeIfThere, writeAtomic } from '../../core/files/write-file.ts';
import { safeLine } from '../../core/text.ts';

export interface EntryPlace {
	/** Absolute; the first that is there counts, else the first is made. */
	files: readonly string[];
	/** What a file holds that is made for the entry alone. */
	empty: string;
	add(text: string): string;
	/** null: there is none. Throws `refused` for an entry of the same name that starts something else. */
	remove(text: string): string | null;
}

export interface EntryChange {
	/** Absolute. */
	path: string;
	done: 'installed' | 'removed' | 'unchanged';
}

interface Asked {
	/** Says what would be done. */
	isDry?: boolean;
	/** Where it is written how to do it by hand. */
	page: string;
}

/** Configurations are small; claude's own record of projects may be large. */
const MAX_BYTES = 64 * 1024 * 1024;

/** How an agent starts this program: by absolute paths, so that no folder decides what runs. */
export const ownCommand = (): [string, string] => [
	process.execPath,
	join(packageRoot(), 'bin/agent-relay.js'),
];

/** An entry of an earlier version is replaced. Throws RelayError, with the file as it was. */
export const addEntry = (place: EntryPlace, asked: Asked): EntryChange =>
	edited(place, asked, ({ add, remove, empty }, before) => {
		const bare = before === null ? null : remove(before);
		const after = add(bare ?? before ?? empty);
		return after === before ? null : { done: 'installed', after };
	});

/** A file that holds nothing else goes. Throws RelayError, with the file as it was. */
export const removeEntry = (place: EntryPlace, asked: Asked): EntryChange =>
	edited(place, asked, ({ remove, empty }, before) => {
		const after = before === null ? null : remove(before);
		return after === null ? null : { done: 'removed', after: after === empty ? null : after };
	});

/** Where the entry is or would be, and whether it is there, as this version writes it or otherwise. Throws RelayError. */
export function lookForEntry(
	place: EntryPlace,
	page: string,
): { path: string; found: 'none' | 'current' | 'other' } {
	const path = pathOf(place);
	const before = readText(path, page);
	if (before === null) return { path, found: 'none' };
	return explained(path, () => {
		const bare = place.remove(before);
		if (bare === null) return { path, found: 'none' };
		return { path, found: place.add(bare) === before ? 'current' : 'other' };
	});
}

interface Edit {
	done: EntryChange['done'];
	/** null: nothing is left that anybody else wrote. */
	after: string | null;
}

function edited(
	place: EntryPlace,
	{ isDry = false, page }: Asked,
	edit: (place: EntryPlace, before: string | null) => Edit | null,
): EntryChange {
	const path = pathOf(place);
	const before = readText(path, page);
	const made = explained(path, () => edit(place, before));
	if (made === null) return { path, done: 'unchanged' };
	if (isDry) return { path, done: made.done };
	// Another program may have written it since: its words count.
	if (readText(path, page) !== before)
		throw new RelayError('refused', `${safeLine(path, 300)} was changed meanwhile, and stays as it is.`, {
			hint: 'Try again.',
		});
	explainingWrites(path, () => write(path, made.after));
	return { path, done: made.done };
}

const pathOf = ({ files }: EntryPlace): string =>
	realPathIfThere(files.find((file) => lstatIfThere(file) !== undefined) ?? files[0] ?? '');

/** null: there is no such file. */
function readText(path: string, page: string): string | null {
	if (lstatIfThere(path) === undefined) return null;
	const text = readRegularText(path, MAX_BYTES);
	if (text !== null) return text;
	throw new RelayError('unreadable_file', `${safeLine(path, 300)} is not a text file that can be edited.`, {
		hint: `Add the entry by hand: ${page}`,
	});
}

function explained<T>(path: string, act: () => T): T {
	try {
		return act();
	} catch (error) {
		if (!(error instanceof RelayError)) throw error;
		const { code, message, hint } = error;
		throw new RelayError(code, `${safeLine(path, 300)}: ${message}`, hint === undefined ? {} : { hint });
	}
}

function write(path: string, text: string | null): void {
	if (text === null) {
		removeIfThere(path);
		return;
	}
	const mode = lstatIfThere(path)?.mode;
	ensureFolder(dirname(path));
	writeAtomic(path, text);
	if (mode !== undefined) chmodSync(path, mode & 0o777);
}
