/** What must not be written to, of the files that the user names for a command's own words. */
import { lstatSync, type Stats } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import { hasErrno, RelayError } from '../../core/errors.ts';
import { isFolder } from '../../core/files/folders.ts';
import { realFolder } from '../../core/files/real-path.ts';
import type { StoreLocation } from '../../sessions/files/store-location.ts';

interface Written {
	/** `the export`. */
	what: string;
	/** What to do where the path is no ordinary file. */
	otherwise: string;
	location: Pick<StoreLocation, 'folder' | 'others' | 'kept'>;
}

/**
 * Whether a file is there. `path`: absolute; `-o` names it. Throws `refused` for a link, for anything but a file and for the relay's
 * records; `not_found` without its folder.
 */
export function checkWrittenFile(path: string, { what, otherwise, location }: Written): boolean {
	const folder = realFolder(dirname(path));
	if (!isFolder(folder))
		throw new RelayError('not_found', `There is no folder ${dirname(path)} to write ${what} to.`, {
			hint: 'Make it first, or name another one with -o.',
		});
	const real = join(folder, basename(path));
	for (const store of [location.folder, ...location.others, location.kept])
		if (isWithin(real, realFolder(store)))
			throw refused(path, 'is among the records of the relay', 'Write it elsewhere: -o FILE');
	const facts = factsOf(path);
	if (facts === null) return false;
	if (facts.isSymbolicLink())
		throw refused(
			path,
			`is a link, and ${what} is not written through links`,
			'Name the file itself: -o FILE',
		);
	if (facts.isDirectory()) throw refused(path, 'is a folder', `Name a file in it: -o ${join(path, 'FILE')}`);
	if (!facts.isFile()) throw refused(path, 'is not a file', otherwise);
	return true;
}

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
