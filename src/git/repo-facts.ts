/** The facts about the folder the relay was started in. All paths absolute and real. */
export interface RepoFacts {
	kind: 'worktree' | 'bare' | 'none';
	/** The main worktree (first of `git worktree list`); a submodule's own top level; the folder itself outside git. */
	root: string;
	/** The files agents work on: the top level of the current (maybe linked) worktree; the folder itself outside git. */
	worktree: string;
	/** The folder agents start in: the given folder if it is in the worktree, else the worktree. Real path. */
	folder: string;
	/** null outside git. */
	commonDir: string | null;
	gitDir: string | null;
	branch: string | null;
	head: string | null;
}

/** A worktree of a repo: the only thing that snapshots are taken of. */
export type RepoInGit = RepoFacts & { commonDir: string; gitDir: string };

export function isInGit(repo: RepoFacts): repo is RepoInGit {
	return repo.kind === 'worktree' && repo.commonDir !== null && repo.gitDir !== null;
}

export interface FileChange {
	path: string;
	change: 'added' | 'modified' | 'deleted' | 'renamed' | 'mode';
	from?: string;
	/** Lines; null for binary files. */
	added: number | null;
	removed: number | null;
	source: 'git' | 'tool';
}

export interface Snapshot {
	/** Tree id in the snapshot store; null when the repo needs more time than allowed, or is not a git repo. */
	tree: string | null;
	/** Paths git could not read, and embedded repos. */
	skipped: string[];
	tookMs: number;
	/** Why `tree` is null, in words. */
	unavailable: string | null;
}

/** Tree snapshots of a worktree in a git dir of our own; the repo's `.git` is never written and its config never obeyed. */
export interface Snapshots {
	/**
	 * `isPatient`: one that runs out of time is taken again, without what is too large, and may take longer: an undo rests on the
	 * one after a turn. `onSlow` is called right before.
	 */
	take(options?: { isPatient?: boolean; onSlow?: () => void }): Promise<Snapshot>;
	/**
	 * The changes between two trees of this store, with renames detected. The contents of both sides are then kept: see `settled`.
	 */
	changes(before: string, after: string): Promise<FileChange[]>;
	/** Unified diff, cut at `maxBytes`; its last line then says so. `isByWord`: words out as `[-old-]`, in as `{+new+}`. */
	diff(
		before: string,
		after: string,
		options: { paths?: readonly string[]; maxBytes: number; isByWord?: boolean },
	): Promise<string>;
	/** Resolves when no snapshot is being taken and everything that `changes` found is stored independently of the repo. Never rejects. */
	settled(): Promise<void>;
	/** This relay needs the snapshots no more: old or excess ones may be removed, of this repo and others. Never throws. */
	release(): void;
}
