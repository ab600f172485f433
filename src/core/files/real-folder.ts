import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** As git and agents name it: links are resolved in as much of the path as is there. */
export function realFolder(path: string): string {
	if (existsSync(path)) return realpathSync(path);
	const parent = dirname(path);
	return parent === path ? path : join(realFolder(parent), basename(path));
}
