import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ensureFolder } from '../../core/files/folders.ts';
import { explainingWrites, explainWriteFailure } from '../../core/files/write-failure.ts';

const PREFIX = 'scratch-';
/** A scratch folder is used for seconds; an older one was left by a killed relay. */
const STRAY_AFTER_MS = 60 * 60_000;

/**
 * Runs `action` with a new empty folder below `parent`, removed afterwards. `now`: epoch ms, to judge folders left by others.
 * Throws `disk_full`, `not_writable`, and whatever `action` throws.
 */
export async function withScratchFolder<T>(
	parent: string,
	now: number,
	action: (folder: string) => Promise<T>,
): Promise<T> {
	const folder = explainingWrites(parent, () => {
		ensureFolder(parent);
		removeStrays(parent, now);
		return mkdtempSync(join(parent, PREFIX));
	});
	try {
		return await action(folder);
	} catch (error) {
		throw explainWriteFailure(error, folder);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

function removeStrays(parent: string, now: number): void {
	for (const name of readdirSync(parent)) {
		if (!name.startsWith(PREFIX)) continue;
		const path = join(parent, name);
		const made = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now;
		if (now - made > STRAY_AFTER_MS) rmSync(path, { recursive: true, force: true });
	}
}
