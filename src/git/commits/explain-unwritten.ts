import { statfsSync } from 'node:fs';
import { RelayError } from '../../core/errors.ts';
import { firstLineOf } from '../git-output.ts';
import { diskFull, type RepoGit } from '../repo/repo-git.ts';

/** Room for folders and the index. */
const SPARE_BYTES = 64 * 1024;

/**
 * A failed checkout of `tree` into `folder` names the file it could not write, but not why: checks whether the disk had room for
 * it. Any other error is returned unchanged.
 */
export async function explainUnwritten(
	error: unknown,
	git: Pick<RepoGit, 'inRepo'>,
	{ tree, folder }: { tree: string; folder: string },
): Promise<unknown> {
	if (!(error instanceof RelayError) || error.code !== 'git_failed') return error;
	const name = /^error: unable to (?:write|create) file (.+?)(?:: .*)?$/m.exec(String(error.cause))?.[1];
	if (name === undefined) return error;
	const size = await git.inRepo(['cat-file', '-s', `${tree}:${name}`], { allowExit: [128] });
	const { bavail, bsize } = statfsSync(folder);
	const needed = (Number.parseInt(firstLineOf(size.stdout), 10) || 0) + SPARE_BYTES;
	return bavail * bsize >= needed ? error : diskFull(error);
}
