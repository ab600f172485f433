import { execFileSync } from 'node:child_process';

/** As variables, so that no config needs to be written for them. */
export const FIRST_AUTHOR = {
	GIT_AUTHOR_NAME: 'A',
	GIT_AUTHOR_EMAIL: 'a@example.org',
	GIT_COMMITTER_NAME: 'A',
	GIT_COMMITTER_EMAIL: 'a@example.org',
};

/**
 * A repo of what is in `folder`, with one commit. One process starts the three of git: a test's own is large, and each start from
 * there takes the processor three times as long as git does.
 */
export function beginRepo(folder: string, env: Record<string, string>, ...options: string[]): void {
	const script = 'git init -q -b main "$@" && git add -A && git commit -q -m first --allow-empty';
	execFileSync('/bin/sh', ['-c', script, 'sh', ...options], { cwd: folder, env, stdio: 'pipe' });
}
