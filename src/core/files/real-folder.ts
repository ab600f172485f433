import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Resolves links in the part of the path that exists, as git and agents do. */
export function realFolder(path: string): string {
	if (existsSync(path)) return realpathSync(path);
	const parent = dirname(path);
	return parent === path ? path : join(realFolder(parent), basename(path));
}
