import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let root: string | null = null;
let count = 0;

/** An empty folder that no other input has. */
function freshFolder(): string {
	root ??= mkdtempSync(join(tmpdir(), 'agent-relay-fuzz-'));
	const folder = join(root, String(count++));
	mkdirSync(folder);
	return folder;
}

/** The folder's work is done; thousands would pile up. */
export function withFolder<T>(act: (folder: string) => T): T {
	const folder = freshFolder();
	try {
		return act(folder);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

export function removeScratch(): void {
	if (root !== null) rmSync(root, { recursive: true, force: true });
	root = null;
}
