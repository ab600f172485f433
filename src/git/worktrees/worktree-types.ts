/** The git operations of a race: worktrees, commits on no branch, and the parts that several worktrees share. */

/** A commit with the files of a worktree as they are. */
export interface KeptTree {
	commit: string;
	tree: string;
	/** Unreadable paths and embedded repos: they are not in the tree. */
	skipped: string[];
	/** All files as they are, committed on `commit`; `commit` itself if nothing was left out. */
	whole: { commit: string; tree: string };
	/** The files are as in the first parent. */
	isUnchanged: boolean;
}

/** Which of the files count: differences from the tree `before` are put on `base`, the rest stays as in `base`. */
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

/** The parts of a repo that all its worktrees share, and the main checkout, as digests by name. */
export interface SharedParts {
	/** Full ref name -> object id, without our own refs. Symbolic `HEAD` of the main worktree is `HEAD`. */
	refs: Readonly<Record<string, string>>;
	/** File below the common dir (`config`, `hooks/pre-commit`, `info/exclude`, `logs/refs/stash`, `index`, …) -> SHA-256. */
	files: Readonly<Record<string, string>>;
	/** Tree of the main checkout's files; null if it could not be read. */
	mainTree: string | null;
	/** Path -> content, for files of the main checkout that differ from its HEAD (`''`: deleted). */
	mainFiles?: Readonly<Record<string, string>>;
}

/** Work that exists only in a repo inside a worktree, or in the folder of a submodule. */
export interface NestedWork {
	/** Relative path, unchanged: untrusted text. */
	path: string;
	/** Commits that none of its remotes has, nor the checkout's own repo at that path. */
	commits: number;
	/** Changed and untracked files. */
	files: number;
	/** The folder of a submodule that is not a repo: its files are in no git at all. */
	isUnfilled: boolean;
	/** Whether there is work is unknown (no commit, a damaged repo). */
	isUnknown: boolean;
}

/** What is lost with a worktree because no ref has it. Relative paths, unchanged: untrusted text. */
export interface WorktreeLosses {
	/** Files and links on disk, without git's own. */
	files: number;
	/** Paths that differ from what is kept, deletions included. */
	changed: string[];
	/** Commits of its HEAD that nothing kept, no branch, tag or remote branch has. */
	commits: number;
	/** Commits that its HEAD was once at and left again: only its reflog has them. */
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
	 * Stores the tracked and the untracked, not ignored files of `worktree` as a commit on `parents`. Its index, refs and files
	 * stay unchanged; filters and hooks of the repo do not run. The same files on the same parents give the same commit.
	 */
	commitFiles(
		worktree: string,
		options: { parents: readonly string[]; message: string; counted?: CountedFrom | null },
	): Promise<KeptTree>;
	/**
	 * Adds a worktree, detached at `commit`, locked with `reason` (our marker in git's own records). Hooks and filters do not run.
	 * A failed one leaves nothing behind. Returns what may surprise the user (empty submodules, LFS pointers).
	 */
	add(worktree: { path: string; commit: string; reason: string }): Promise<{ notes: string[] }>;
	/** Unlocks and removes a worktree locked with `reason`; its folder may be gone already. RelayError `refused` otherwise. */
	remove(worktree: { path: string; reason: string }): Promise<void>;
	/**
	 * What would be lost with `worktree`, which began at `base`, if `kept` (commits; the files may be those of any of them) and the
	 * repo's branches, tags and remote branches stay. Its folder may be gone. Writes nothing.
	 */
	losses(worktree: string, kept: readonly [string, ...string[]], base: string): Promise<WorktreeLosses>;
	/** The work in submodules of `base` and `now` in `worktree`, in the repos inside them, and in `also`. */
	nestedWork(
		worktree: string,
		options: { base: string; now: string; also: readonly string[] },
	): Promise<NestedWork[]>;
	list(): Promise<WorktreeEntry[]>;
	/** HEAD of a worktree; null when unknown. `branch` as full ref name. */
	headOf(worktree: string): Promise<{ commit: string | null; branch: string | null }>;
	setRef(ref: string, commit: string): Promise<void>;
	/** Idempotent. */
	dropRef(ref: string): Promise<void>;
	/** Full ref name -> commit, below a prefix such as `refs/agent-relay/race/`. */
	refs(prefix: string): Promise<Map<string, string>>;
	sharedParts(): Promise<SharedParts>;
}
