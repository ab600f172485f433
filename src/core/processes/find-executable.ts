/** Finds a program. Only absolute paths are started, and none inside an untrusted repo. */
import { accessSync, constants, statSync } from 'node:fs';
import { basename, delimiter, dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { type RealPath, realPathIfThere } from '../files/real-path.ts';

export interface FoundExecutable {
	/** Absolute, or null when none may be started. */
	path: string | null;
	/** Why a program that exists is not used, for people; null when nothing was skipped. */
	refused: string | null;
	/** Where it was looked for, in order; the last one is where it was found. */
	lookedAt: readonly string[];
}

export interface ExecutableSearch {
	/** The value of PATH. A leading `~` is the home folder, as in shells; relative entries are dropped. */
	searchPath: string;
	/** Folders to search after PATH, only read when PATH has no such program; default: none. */
	places?: Iterable<string>;
	/** Whether one of `places` exists; pass it to share one look between many programs. Default: looks. */
	isThere?: (place: string) => boolean;
	home: string;
	/** `agents.<id>.executable`, or null. */
	configured: string | null;
	/** Programs below these folders are refused; empty when the repo is trusted. */
	untrustedFolders: readonly string[];
	/** Where the caller looks at many paths; default: each by itself. */
	realPath?: RealPath;
}

/** Returns the first of `names` (bare, absolute or `~/…`) that may be started. */
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
		// Most do not exist, and a look that throws takes Node five times as long.
		if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return false;
		accessSync(path, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}

/**
 * The value of PATH without entries below these folders, for programs that must not find anything there, and without relative
 * entries, which depend on the working folder.
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

/** True when the path itself, its folder's real path, or its own real path is in one of the folders. */
function liesInside(path: string, folders: readonly string[], realPath: RealPath = realPathIfThere): boolean {
	if (folders.length === 0) return false;
	const ways = [path, join(realPath(dirname(path)), basename(path)), realPath(path)];
	return folders.some((folder) => ways.some((way) => way === folder || way.startsWith(folder + sep)));
}
