import { findRepo } from '../git/repo/find-repo.ts';
import type { RepoFacts } from '../git/repo-facts.ts';
import type { Git } from '../git/run-git.ts';

interface Here {
	/** Absolute. */
	folder: string;
	/** With its links resolved. */
	realFolder(): string;
	git(): Promise<Git>;
}

/** The repo of the folder. An ordinary one is read without git, so git's own modules are loaded when it is first run. */
export function findHere({ folder, realFolder, git }: Here): Promise<RepoFacts> {
	const lazy: Git = { run: async (args, options) => (await git()).run(args, options) };
	// Elsewhere the system would spell a path of another case differently, and the records of a repo lie where its path says.
	return findRepo(folder, lazy, process.platform === 'linux' ? realFolder : undefined);
}
