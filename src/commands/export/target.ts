/** Where an export goes, and what must not be written there. */
import { lstatSync, type Stats } from 'node:fs';
import { basename, dirname, extname, isAbsolute, join, relative, sep } from 'node:path';
import { hasErrno, RelayError } from '../../core/errors.ts';
import { isFolder } from '../../core/files/folders.ts';
import { realFolder } from '../../core/files/real-path.ts';
import type { StoreLocation } from '../../sessions/files/store-location.ts';

const FORMATS = ['md', 'json', 'html'] as const;
export type Format = (typeof FORMATS)[number];

/** null: stdout. Otherwise absolute. */
export type Target = string | null;

export interface TargetOptions {
	/** `-o`: as typed; null: not given. */
	output: string | null;
	format: Format;
	/** What is printed goes to a terminal, so a file is made. */
	isOnTerminal: boolean;
	id: string;
	/** The folder that a relative path is meant from. */
	folder: string;
}

/** In a pipe stdout, on a terminal a file of this folder that is named after the session. */
export function targetOf({ output, format, isOnTerminal, id, folder }: TargetOptions): Target {
	if (output === '-') return null;
	if (output === null)
		return isOnTerminal ? join(folder, `agent-relay-${id.slice(-6).toLowerCase()}.${format}`) : null;
	return isAbsolute(output) ? output : join(folder, output);
}

/** As asked for, else as the name of the file ends, else Markdown. */
export function formatOf(asked: Format | null, output: string | null): Format {
	const ending = extname(output ?? '')
		.slice(1)
		.toLowerCase();
	const byName = ending === 'htm' ? 'html' : FORMATS.find((format) => format === ending);
	return asked ?? byName ?? 'md';
}

/** Throws `refused` for a link, for anything but a file, for the relay's records, and without `isForced` for a file; `not_found` without its folder. */
export function checkTarget(
	path: string,
	{ isForced, location }: { isForced: boolean; location: Pick<StoreLocation, 'folder' | 'others' | 'kept'> },
): void {
	const folder = realFolder(dirname(path));
	if (!isFolder(folder))
		throw new RelayError('not_found', `There is no folder ${dirname(path)} to write the export to.`, {
			hint: 'Make it first, or name another one with -o.',
		});
	const real = join(folder, basename(path));
	for (const store of [location.folder, ...location.others, location.kept])
		if (isWithin(real, realFolder(store)))
			throw refused(path, 'is among the records of the relay', 'Write it elsewhere: -o FILE');
	const facts = factsOf(path);
	if (facts === null) return;
	if (facts.isSymbolicLink())
		throw refused(
			path,
			'is a link, and an export is not written through links',
			'Name the file itself: -o FILE',
		);
	if (facts.isDirectory())
		throw refused(path, 'is a folder', `Name a file in it: -o ${join(path, 'session.html')}`);
	if (!facts.isFile()) throw refused(path, 'is not a file', 'Write to stdout and redirect that: -o -');
	if (!isForced) throw isThere(path);
}

export const isThere = (path: string): RelayError =>
	refused(path, 'is there already', 'Give --force to replace it, or name another file: -o FILE');

function refused(path: string, why: string, hint: string): RelayError {
	return new RelayError('refused', `${path} ${why}; nothing was written.`, { hint });
}

function factsOf(path: string): Stats | null {
	try {
		return lstatSync(path, { throwIfNoEntry: false }) ?? null;
	} catch (error) {
		if (!hasErrno(error, 'ENOTDIR', 'ENAMETOOLONG', 'EACCES')) throw error;
		return null;
	}
}

function isWithin(path: string, folder: string): boolean {
	const near = relative(folder, path);
	return near !== '' && near !== '..' && !near.startsWith(`..${sep}`) && !isAbsolute(near);
}
