/** What a race needs of git: worktrees, commits that are on no branch, and what several worktrees share. */

/** A commit that holds the files of a worktree as they stand. */
export interface KeptTree {
	commit: string;
	tree: string;
	/** Paths that could not be read, and embedded repos: they are not in the tree. */
	skipped: string[];
	/** All files as they stand, as a commit on `commit`; that commit itself where nothing was left out. */
	whole: { commit: string; tree: string };
	/** They stand as the first parent has them. */
	isUnchanged: boolean;
}

/** Which of the files count: what differs from the tree `before` is put on `base`, the rest stays as `base` has it. */
export interface CountedFrom {
	before: string;
	base: string;
}

export interface WorktreeEntry {
	/** Absolute. */
	path: string;
	head: string | null;
	/** Full ref name; null when detached. */
	branch: string | null;
	/** null: not locked. An empty string is a lock without a reason. */
	lockReason: string | null;
	/** True when its folder or its link to the repo is gone. */
	isPrunable: boolean;
}

/** Parts of a repo that all its worktrees share, and the main checkout, as digests by name. */
export interface SharedParts {
	/** Full ref name -> object id; our own refs left out. Symbolic `HEAD` of the main worktree is `HEAD`. */
	refs: Readonly<Record<string, string>>;
	/** File below the common dir (`config`, `hooks/pre-commit`, `info/exclude`, `logs/refs/stash`, `index`, …) -> SHA-256. */
	files: Readonly<Record<string, string>>;
	/** Tree of the main checkout's files; null where it could not be taken. */
	mainTree: string | null;
	/** Path -> what it holds, for files of the main checkout that differ from its HEAD (`''`: deleted). */
	mainFiles?: Readonly<Record<string, string>>;
}

/** What a repo inside a worktree, or the folder of a submodule, holds that nothing else does. */
export interface NestedWork {
	/** Relative, as it is: untrusted text. */
	path: string;
	/** That none of its remotes has, nor the checkout's own repo at that path. */
	commits: number;
	/** Changed and untracked ones. */
	files: number;
	/** The folder of a submodule that is no repo: its files are in no git at all. */
	isUnfilled: boolean;
	/** Whether there is work cannot be told (no commit, a damaged repo). */
	isUnknown: boolean;
}

/** What goes with a worktree and is in no ref. Paths relative, as they are: untrusted text. */
export interface WorktreeLosses {
	/** Files and links on disk, git's own left out. */
	files: number;
	/** Differs from what is kept, deletions too. */
	changed: string[];
	/** Commits of its HEAD that nothing kept, no branch, tag or remote branch has. */
	commits: number;
	/** Commits that its HEAD once was at and left again: only its reflog has them. */
	droppedCommits: number;
	nested: NestedWork[];
	unreadable: string[];
	/** Ignored files are in no ref; `top`: the fullest folders first (`node_modules/`), at most five. */
	ignored: { count: number; top: Array<{ path: string; count: number }> };
}

export interface Worktrees {
	/** Full id of the commit that `ref` names. RelayError `not_found` when there is none. */
	resolveCommit(ref: string): Promise<string>;
	/** Paths that differ from HEAD or are untracked (not ignored) in `worktree`, at most `limit`. */
	dirtyPaths(worktree: string, limit: number): Promise<string[]>;
	/**
	 * Stores tracked and untracked, not ignored files of `worktree` as a commit on `parents`. Its index, refs and files stay
	 * as they are; filters and hooks of the repo do not run. The same files on the same parents give the same commit.
	 */
	commitFiles(
		worktree: string,
		options: { parents: readonly string[]; message: string; counted?: CountedFrom | null },
	): Promise<KeptTree>;
	/**
	 * A worktree, detached at `commit`, locked with `reason` (our marker in git's own records). Hooks and filters do not
	 * run. Nothing is left of one that fails. Returns what is not as a user may expect (submodules empty, LFS pointers).
	 */
	add(worktree: { path: string; commit: string; reason: string }): Promise<{ notes: string[] }>;
	/** Unlocks and removes one that is locked with `reason`; its folder may be gone already. RelayError `refused` otherwise. */
	remove(worktree: { path: string; reason: string }): Promise<void>;
	/**
	 * What would be lost with `worktree`, which began at `base`, if `kept` (commits; the files may be those of any of them) and the repo's branches,
	 * tags and remote branches stay. Its folder may be gone. Writes nothing.
	 */
	losses(worktree: string, kept: readonly [string, ...string[]], base: string): Promise<WorktreeLosses>;
	/** Of the submodules of `base` and `now` in `worktree`, the repos in them, and `also`. */
	nestedWork(
		worktree: string,
		options: { base: string; now: string; also: readonly string[] },
	): Promise<NestedWork[]>;
	list(): Promise<WorktreeEntry[]>;
	/** HEAD of a worktree; null when it cannot be told. `branch` as full ref name. */
	headOf(worktree: string): Promise<{ commit: string | null; branch: string | null }>;
	setRef(ref: string, commit: string): Promise<void>;
	/** Idempotent. */
	dropRef(ref: string): Promise<void>;
	/** Full ref name -> commit, below a prefix such as `refs/agent-relay/race/`. */
	refs(prefix: string): Promise<Map<string, string>>;
	sharedParts(): Promise<SharedParts>;
}
