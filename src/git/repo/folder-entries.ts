import { type Dirent, readdirSync } from 'node:fs';

/** What a folder holds; nothing for what is none, or cannot be listed. */
export function folderEntries(folder: string): Dirent[] {
	try {
		return readdirSync(folder, { withFileTypes: true });
	} catch (error) {
		if (error instanceof Error && 'code' in error) return [];
		throw error;
	}
}
