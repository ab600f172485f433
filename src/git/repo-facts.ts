/** What the relay knows about the folder it was started in. All paths absolute and real. */
export interface RepoFacts {
	kind: 'worktree' | 'bare' | 'none';
	/** The main worktree (first of `git worktree list`); a submodule's own top level; the folder itself outside git. */
	root: string;
	/** What agents work on: the top level of the current (maybe linked) worktree; the folder itself outside git. */
	worktree: string;
	/** Where agents start: the folder that was asked about, where it lies in the worktree, else the worktree. Real path. */
	folder: string;
	/** null outside git. */
	commonDir: string | null;
	gitDir: string | null;
	branch: string | null;
	head: string | null;
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
	/** Tree id in the snapshot store; null when the repo needs more than the time allowed, or is none. */
	tree: string | null;
	/** Paths git could not read, and embedded repos. */
	skipped: string[];
	tookMs: number;
	/** Why `tree` is null, in words. */
	unavailable: string | null;
}

/** Tree snapshots of a worktree in a git dir of our own; the repo's `.git` is never written and its config never obeyed. */
export interface Snapshots {
	take(): Promise<Snapshot>;
	/** What differs between two trees of this store, renames found. The contents of both sides are then kept: `settled`. */
	changes(before: string, after: string): Promise<FileChange[]>;
	/** Unified diff, cut at `maxBytes` with the cut announced as its last line. */
	diff(
		before: string,
		after: string,
		options: { paths?: readonly string[]; maxBytes: number },
	): Promise<string>;
	/** Resolves when what `changes` found is stored independently of the repo. Never rejects. */
	settled(): Promise<void>;
	/** This relay needs them no more: what is too old or too much may go, of this repo and others. Never throws. */
	release(): void;
}
