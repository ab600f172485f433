import { readFileSync, writeFileSync } from 'node:fs';
import type { Git } from '../run-git.ts';

export interface ThreeWayFiles {
	/** Files on disk; `ours` and `theirs` are regular files, `base` may be empty. */
	ours: string;
	base: string;
	theirs: string;
	/** Labels in the markers. */
	labels: { ours: string; base: string; theirs: string };
	/** Where the result is written. */
	target: string;
}

/** From exit code 128 on `git merge-file` has failed; below that the code is the number of conflicts, capped. */
const MOST_CONFLICTS = 127;
const BINARY_LOOK_BYTES = 8000;

/**
 * Merges text with standard markers (`<<<<<<<`, `=======`, `>>>>>>>`) and returns how many conflicts are left, or `binary` when one
 * of the three is not text, and then nothing is written. A configured conflict style does not apply.
 */
export async function mergeThreeWay(
	git: Git,
	folder: string,
	{ ours, base, theirs, labels, target }: ThreeWayFiles,
): Promise<number | 'binary'> {
	if ([ours, base, theirs].some((file) => isBinary(readFileSync(file)))) return 'binary';
	const names = [labels.ours, labels.base, labels.theirs].flatMap((label) => ['-L', label]);
	const args = ['-c', 'merge.conflictStyle=merge', 'merge-file', '-p', '-q', ...names, ours, base, theirs];
	const allowExit = Array.from({ length: MOST_CONFLICTS }, (_, i) => i + 1);
	const { exitCode, stdout } = await git.run(args, { cwd: folder, allowExit });
	writeFileSync(target, stdout);
	return exitCode;
}

/** Git's own rule: a NUL among the first bytes. */
const isBinary = (bytes: Buffer) => bytes.subarray(0, BINARY_LOOK_BYTES).includes(0);
