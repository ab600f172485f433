import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
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
 * As `realPathIfThere`, for many paths that share folders: each folder is looked at once within one step of the event loop, while
 * the system would look at every parent of every path. Outside Linux only the system knows how a name is spelled on its disk.
 */
export function createRealPath(): RealPath {
	if (process.platform !== 'linux') return realPathIfThere;
	const real = onceAStep((path: string): string | null => {
		const name = basename(path);
		const parent = dirname(path);
		if (parent === path || name === '.' || name === '..') return realPathOrNull(path);
		const folder = real(parent);
		if (folder === null) return null;
		const at = join(folder, name);
		const facts = lstatIfThere(at);
		if (facts === undefined) return null;
		return facts.isSymbolicLink() ? realPathOrNull(at) : at;
	});
	return (path) => {
		try {
			return real(path) ?? path;
		} catch {
			return path;
		}
	};
}

/** Resolves links in the part of the path that exists, as git and agents do. */
export function realFolder(path: string): string {
	if (existsSync(path)) return realpathSync(path);
	const parent = dirname(path);
	return parent === path ? path : join(realFolder(parent), basename(path));
}
