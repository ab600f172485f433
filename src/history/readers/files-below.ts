/** Files in the folders of a CLI, by name. A link is not followed, and what cannot be listed has no files. */
import { type Dirent, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** CLIs go four folders deep (year, month, day); more is not theirs. */
const MAX_DEPTH = 6;

/** Absolute paths, a folder's files before its sub-folders. */
export function* filesBelow(
	folder: string,
	isWanted: (name: string) => boolean,
	depth = MAX_DEPTH,
): Generator<string> {
	const folders: string[] = [];
	for (const entry of entriesIn(folder)) {
		if (entry.isFile() && isWanted(entry.name)) yield join(folder, entry.name);
		else if (entry.isDirectory()) folders.push(join(folder, entry.name));
	}
	if (depth > 0) for (const one of folders) yield* filesBelow(one, isWanted, depth - 1);
}

export function entriesIn(folder: string): Dirent[] {
	try {
		return readdirSync(folder, { withFileTypes: true });
	} catch {
		return [];
	}
}

/** A folder that a variable names, else one below HOME; none where neither is set. */
export function homeFolders(
	env: Readonly<Record<string, string>>,
	{ variable, below }: { variable: string; below: string },
	...inside: string[]
): string[] {
	const home = env[variable] || (env.HOME ? join(env.HOME, below) : null);
	return home === null ? [] : inside.map((folder) => join(home, folder));
}
