/** Where a program is. Absolute paths only; one inside a repo that is not trusted is never started. */
import { accessSync, constants, statSync } from 'node:fs';
import { basename, delimiter, dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { type RealPath, realPathIfThere } from '../files/real-path.ts';

export interface FoundExecutable {
	/** Absolute, or null when there is none that may be started. */
	path: string | null;
	/** Why a program that is there is not used, for people; null when nothing was passed over. */
	refused: string | null;
	/** Where it was looked for, in order, the one that was found last. */
	lookedAt: readonly string[];
}

export interface ExecutableSearch {
	/** The value of PATH. A leading `~` is the home, as shells read it; relative entries are dropped. */
	searchPath: string;
	/** Folders to look into after those of PATH, asked for only where PATH has no such program; default: none. */
	places?: Iterable<string>;
	/** Whether one of `places` is there at all, where the caller asks that once for many programs; default: looked at. */
	isThere?: (place: string) => boolean;
	home: string;
	/** `agents.<id>.executable`, or null. */
	configured: string | null;
	/** Programs below these folders are refused; empty when the repo is trusted. */
	untrustedFolders: readonly string[];
	/** Where the caller looks at many paths; default: each by itself. */
	realPath?: RealPath;
}

/** The first of `names` (bare, absolute or `~/…`) that may be started. */
export function findExecutable(names: readonly string[], search: ExecutableSearch): FoundExecutable {
	let refused: string | null = null;
	const lookedAt: string[] = [];
	for (const { path, isInPlace } of candidates(names, search)) {
		lookedAt.push(path);
		if (isInPlace && search.isThere?.(dirname(path)) === false) continue;
		if (!isProgram(path)) continue;
		if (liesInside(path, search.untrustedFolders, search.realPath)) {
			refused ??= `${path} lies inside this repo, which is not trusted`;
			continue;
		}
		return { path, refused, lookedAt };
	}
	return { path: null, refused, lookedAt };
}

function* candidates(
	names: readonly string[],
	{ searchPath, home, configured, places = [] }: ExecutableSearch,
): Generator<{ path: string; isInPlace: boolean }> {
	const onPath = searchPath.split(delimiter).map((entry) => entry.replace(/^~(?=\/|$)/, home));
	const folders = new Set(onPath.filter((folder) => isAbsolute(folder)));
	for (const name of configured === null ? names : [configured]) {
		const wanted = name.startsWith('~/') ? join(home, name.slice(2)) : name;
		if (isAbsolute(wanted)) {
			yield { path: wanted, isInPlace: false };
			continue;
		}
		for (const folder of folders) yield { path: join(folder, wanted), isInPlace: false };
		for (const folder of places) {
			if (!isAbsolute(folder) || folders.has(folder)) continue;
			folders.add(folder);
			yield { path: join(folder, wanted), isInPlace: true };
		}
	}
}

function isProgram(path: string): boolean {
	try {
		// Most are not there, and Node takes five times as long for a look that throws.
		if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return false;
		accessSync(path, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}

/**
 * The value of PATH for programs that must find none of these folders' own: without entries below them, and without
 * relative ones, which would mean the folder the program works in.
 */
export function searchPathOutside(
	searchPath: string,
	folders: readonly string[],
	realPath: RealPath = realPathIfThere,
): string {
	return searchPath
		.split(delimiter)
		.filter((entry) => isAbsolute(entry) && !liesInside(resolve(entry), folders, realPath))
		.join(delimiter);
}

/** In one of the folders: by the path as found, by where its folder's links lead, or by where its own lead. */
function liesInside(path: string, folders: readonly string[], realPath: RealPath = realPathIfThere): boolean {
	if (folders.length === 0) return false;
	const ways = [path, join(realPath(dirname(path)), basename(path)), realPath(path)];
	return folders.some((folder) => ways.some((way) => way === folder || way.startsWith(folder + sep)));
}
