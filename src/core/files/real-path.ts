import { realpathSync } from 'node:fs';

/** With its links resolved; as it is where it cannot be. */
export function realPathIfThere(path: string): string {
	try {
		return realpathSync(path);
	} catch {
		return path;
	}
}
