import { type Dirent, readdirSync } from 'node:fs';

/** The entries of a folder; empty for anything that is not a folder or cannot be listed. */
export function folderEntries(folder: string): Dirent[] {
	try {
		return readdirSync(folder, { withFileTypes: true });
	} catch (error) {
		if (error instanceof Error && 'code' in error) return [];
		throw error;
	}
}
