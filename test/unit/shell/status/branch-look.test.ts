import { expect, it } from 'vitest';
import { RelayError } from '../../../../src/core/errors.ts';
import type { RepoFacts } from '../../../../src/git/repo-facts.ts';
import { lookAtBranch } from '../../../../src/shell/status/branch-look.ts';

const REPO = { kind: 'worktree', worktree: '/repo' } as RepoFacts;

const look = (stdout: string, repo = REPO) =>
	lookAtBranch({
		repo: async () => repo,
		git: async () => ({
			run: async () => ({ exitCode: 0, stdout: Buffer.from(stdout), stderr: '', truncated: false }),
		}),
	});

const HEAD =
	'# branch.oid 001952df5aaa\0# branch.head main\0# branch.upstream origin/main\0# branch.ab +1 -0\0';

it('reads the branch, and whether something is not committed', async () => {
	expect(await look(HEAD)).toEqual({ branch: 'main', isDirty: false });
	expect(await look(`${HEAD}? new.txt\0`)).toEqual({ branch: 'main', isDirty: true });
	expect(await look('# branch.oid 001952df5aaa\0# branch.head (detached)\0')).toEqual({
		branch: '001952d',
		isDirty: false,
	});
	expect(await look('')).toEqual({ branch: null, isDirty: false });
});

it('knows nothing outside git, and where git gives no answer', async () => {
	expect(await look(HEAD, { ...REPO, kind: 'none' })).toBeNull();
	const git = async () => ({ run: async () => Promise.reject(new RelayError('git_failed', 'no answer')) });
	expect(await lookAtBranch({ repo: async () => REPO, git })).toBeNull();
});
