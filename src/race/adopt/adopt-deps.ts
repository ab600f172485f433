/** What an adoption is asked for, what it stands on, and what it gives. */
import type { Clock } from '../../core/clock.ts';
import type { EditConflict } from '../../edits/look-at-paths.ts';
import type { RepoFacts } from '../../git/repo-facts.ts';
import type { Git } from '../../git/run-git.ts';
import type { SessionStore } from '../../sessions/store/session-store.ts';
import type { RaceRecord } from '../record/race-record.ts';

export interface AdoptDeps {
	git: Git;
	/** Its `worktree` is where the files go. */
	repo: RepoFacts;
	store: SessionStore;
	clock: Clock;
	/** The user's: who commits may stand there. */
	env: Readonly<Record<string, string | undefined>>;
}

/** How files are written into the checkout. */
export type FilesMode =
	| { kind: 'files'; merge: boolean }
	/** A commit on the current branch with these files alone. */
	| { kind: 'commit'; merge: boolean };

export type AdoptMode =
	| FilesMode
	/** A new branch; the checkout stays as it is. */
	| { kind: 'branch'; name: string };

export interface AdoptRequest {
	record: RaceRecord;
	/** Id as in the record; null: the winner. */
	entrant: string | null;
	mode: AdoptMode;
	/** The user says so of a race that no relay of his began. */
	isAccepted?: boolean;
}

export interface AdoptedFile {
	path: string;
	change: 'added' | 'modified' | 'deleted' | 'merged';
	/** Conflict markers are left in it. */
	hasMarkers: boolean;
}

/** A path that stops an adoption. `staged`: a commit would lose what is staged there. */
export interface AdoptConflict extends Omit<EditConflict, 'kind'> {
	kind: EditConflict['kind'] | 'staged';
}

/** A path that the adoption leaves out. */
export interface AdoptOmission {
	path: string;
	why: string;
}

export type AdoptResult =
	| {
			status: 'adopted';
			entrant: string;
			written: AdoptedFile[];
			/** Stood as the entrant left them. */
			already: string[];
			omitted: AdoptOmission[];
			commit: string | null;
			branch: string | null;
			notes: string[];
	  }
	/** All that the entrant did is left out: nothing was written. */
	| { status: 'left_out'; entrant: string; omitted: AdoptOmission[]; notes: string[] }
	/** Nothing was written. */
	| { status: 'conflicts'; entrant: string; conflicts: AdoptConflict[]; canMerge: boolean; notes: string[] };
