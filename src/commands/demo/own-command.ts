import { relative } from 'node:path';
import { OWN_NAME } from '../../core/own-name.ts';
import { quoteForShell } from '../../core/quote-for-shell.ts';

/**
 * How a shell in `folder` starts this program. `script`: the real path of its own file; `onPath`: of what the shell finds by our
 * name, null: nothing; `packageName`: what npm knows it by.
 */
export function ownCommand({
	script,
	folder,
	onPath,
	packageName,
}: {
	script: string;
	folder: string;
	onPath: string | null;
	packageName: string;
}): string {
	if (onPath === script) return OWN_NAME;
	if (/[\\/]_npx[\\/]/.test(script)) return `npx ${packageName}`;
	const below = relative(folder, script);
	return `node ${quoteForShell(below.startsWith('..') ? script : below)}`;
}
