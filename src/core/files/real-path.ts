import { existsSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { onceAStep } from '../once.ts';
import { lstatIfThere } from './file-facts.ts';

/** Returns the path with its links resolved, or unchanged when that fails. */
export type RealPath = (path: string) => string;

export const realPathIfThere: RealPath = (path) => realPathOrNull(path) ?? path;

function realPathOrNull(path: string): string | null {
	try {
		return realpathSync.native(path);
	} catch {
		return null;
	}
}

/**
 * As `realPathIfThere`, for many paths that share folders: each folder and link is looked at once within one step of the event
 * loop, while the system would look at every parent of every path. Outside Linux only the system knows how a name is spelled on
 * its disk.
 */
export function createRealPath(): RealPath {
	if (process.platform !== 'linux') return realPathIfThere;
	const followed: string[] = [];
	const follow = (link: string): string | null => {
		const target = readlinkSync(link);
		// `..` behind a name depends on where that name leads, and a final slash or dot asks for a folder.
		if (followed.length >= MAX_LINKS || !isPlain(target)) return realPathOrNull(link);
		followed.push(link);
		try {
			return real(resolve(dirname(link), target));
		} finally {
			followed.pop();
		}
	};
	const real = onceAStep((path: string): string | null => {
		const name = basename(path);
		const parent = dirname(path);
		if (parent === path || name === '.' || name === '..') return realPathOrNull(path);
		const folder = real(parent);
		if (folder === null) return null;
		const at = join(folder, name);
		const facts = lstatIfThere(at);
		if (facts === undefined) return null;
		return facts.isSymbolicLink() ? follow(at) : at;
	});
	return (path) => {
		try {
			return real(path) ?? path;
		} catch {
			return path;
		}
	};
}

/** Names alone, behind a root or ways up. */
const isPlain = (target: string) =>
	target
		.replace(/^(?:\/|(?:\.\.\/)+)/, '')
		.split('/')
		.every((name) => name !== '' && name !== '.' && name !== '..');
/** Links that lead to each other; the system stops at 40. */
const MAX_LINKS = 8;

/** Resolves links in the part of the path that exists, as git and agents do. */
export function realFolder(path: string): string {
	if (existsSync(path)) return realpathSync(path);
	const parent = dirname(path);
	return parent === path ? path : join(realFolder(parent), basename(path));
}
