/** What an undo or a redo is asked for, what it works with, and what comes of it. */
import type { Clock } from '../core/clock.ts';
import type { EditConflict, SeenPath } from '../edits/look-at-paths.ts';
import type { RepoFacts } from '../git/repo-facts.ts';
import type { Git } from '../git/run-git.ts';
import type { UserProcesses } from '../git/snapshots/snapshot-users.ts';
import type { SessionStore } from '../sessions/store/session-store.ts';
import type { PlacedStep, UndoneTurn } from '../sessions/undo/undo-history.ts';

export interface UndoDeps {
	git: Git;
	/** Its `worktree` is where the files are. */
	repo: RepoFacts;
	store: SessionStore;
	clock: Clock;
	processes: UserProcesses;
	/** Where snapshots are kept. */
	snapshotsFolder: string;
}

/** Which turns of a session. */
export type UndoTarget =
	/** The newest one that stands, of the session and those it continues. */
	| { kind: 'newest' }
	| { kind: 'turn'; turn: number }
	/** All of the session that come after it; 0: all. */
	| { kind: 'after'; turn: number };

/** What happens to paths that are not as the turns left them. */
export interface UndoPolicy {
	/** They stay, and the others are written. */
	isPartial: boolean;
	/** Copies of them are kept, and they are written. */
	isForced: boolean;
}

/** The turns to undo, or the undo to redo. */
export type Chosen = { kind: 'undo'; turns: readonly UndoneTurn[] } | { kind: 'redo'; undo: PlacedStep };

export interface UndoConflict extends EditConflict {
	/** `--force` replaces it, once a copy is kept. */
	canForce: boolean;
}

export interface PathChange {
	path: string;
	change: 'restored' | 'removed' | 'rewritten' | 'mode';
}

/** What it would write, or wrote. */
export interface UndoOutline {
	kind: 'undo' | 'redo';
	turns: ReadonlyArray<{ session_id: string; turn: number; agent: string }>;
	changes: readonly PathChange[];
	/** Paths that are already as wanted. */
	already: readonly string[];
	conflicts: readonly UndoConflict[];
	/** What is not covered, in a sentence each. */
	uncovered: readonly string[];
}

export interface UndoPlan {
	/** As expected: to be written. */
	pending: SeenPath[];
	/** Not as expected, and to be written only by force. */
	differing: SeenPath[];
	outline: UndoOutline;
	/** The only folders that may go. */
	removableFolders: string[];
}

export type UndoResult = UndoOutline &
	(
		| { status: 'done'; step: number; left: readonly string[]; kept: string | null }
		/** Nothing was written, because of `conflicts`. */
		| { status: 'conflicts' }
		/** Only looked at. */
		| { status: 'planned' }
	);
