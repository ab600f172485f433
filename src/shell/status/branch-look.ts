import type { CommandContext } from '../../commands/context.ts';
import { RelayError } from '../../core/errors.ts';

export interface BranchLook {
	/** A short commit id where the head is on none; null: not known. */
	branch: string | null;
	/** Something differs from the last commit, or is not known to git. */
	isDirty: boolean;
}

const TIMEOUT_MS = 5_000;
/** Headers and the first change: more is not needed to see that there is one. */
const MAX_BYTES = 4_096;

/** Asks git, once and in the background. null outside git, and where git gives no answer in time. */
export async function lookAtBranch(
	context: Pick<CommandContext, 'git' | 'repo'>,
): Promise<BranchLook | null> {
	const { kind, worktree } = await context.repo();
	if (kind !== 'worktree') return null;
	try {
		const git = await context.git();
		const args = ['status', '--porcelain=v2', '--branch', '-z', '--untracked-files=normal'];
		const env = { GIT_OPTIONAL_LOCKS: '0' };
		const { stdout } = await git.run(args, {
			cwd: worktree,
			env,
			maxBytes: MAX_BYTES,
			timeoutMs: TIMEOUT_MS,
		});
		return readStatus(stdout.toString('utf8'));
	} catch (error) {
		if (error instanceof RelayError) return null;
		throw error;
	}
}

/** `text`: `git status --porcelain=v2 --branch -z`, possibly cut. */
function readStatus(text: string): BranchLook {
	const entries = text.split('\0').filter((entry) => entry !== '');
	const header = (name: string) =>
		entries.find((entry) => entry.startsWith(`# branch.${name} `))?.slice(`# branch.${name} `.length) ?? null;
	const head = header('head');
	const oid = header('oid');
	return {
		branch: head === '(detached)' ? (oid?.slice(0, 7) ?? null) : head,
		isDirty: entries.some((entry) => !entry.startsWith('# ')),
	};
}
