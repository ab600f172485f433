import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of our own package.json, whatever the layout of the build (`src/`, `dist/`, a bundle in it). */
export function packageRoot(): string {
	known ??= findPackageRoot();
	return known;
}

let known: string | null = null;

function findPackageRoot(): string {
	const own = dirname(fileURLToPath(import.meta.url));
	let folder = /^.*(?=[\\/](?:src|dist)(?:[\\/]|$))/s.exec(own)?.[0] ?? own;
	while (!existsSync(join(folder, 'package.json'))) {
		const parent = dirname(folder);
		if (parent === folder) throw new Error('agent-relay cannot find its own package.json');
		folder = parent;
	}
	return folder;
}
