import type { Clock } from '../core/clock.ts';
import type { RepoFacts } from '../git/contract.ts';
import type { Git } from '../git/run-git.ts';
import type { SessionStore } from '../sessions/session-store.ts';

/** What taking over an entrant's work stands on. */
export interface AdoptDeps {
	git: Git;
	/** Its `worktree` is where the files go. */
	repo: RepoFacts;
	store: SessionStore;
	clock: Clock;
	/** The user's: who commits may stand there. */
	env: Readonly<Record<string, string | undefined>>;
}

export type AdoptMode =
	| { kind: 'files'; merge: boolean }
	/** A commit on the current branch with these files alone. */
	| { kind: 'commit'; merge: boolean }
	/** A new branch; the checkout stays as it is. */
	| { kind: 'branch'; name: string };
