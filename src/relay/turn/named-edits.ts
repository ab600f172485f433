import type { AgentEvent, FileEdit } from '../../agents/events.ts';
import { unifiedEdits } from '../../agents/reading/file-edits.ts';
import type { Clock } from '../../core/clock.ts';
import { RelayError } from '../../core/errors.ts';
import type { Snapshots } from '../../git/repo-facts.ts';
import { lacksLines } from './unshown-edits.ts';

type Result = Extract<AgentEvent, { type: 'tool_result' }>;

/** Snapshots that one turn takes to see its edits as they come; what changes later is shown at its end. */
const MAX_TAKES = 40;
/** A repo where this takes longer shows its edits at the end of the turn: as long as a snapshot may take, also on a busy machine. */
const LONGEST_MS = 2_000;
const MAX_BYTES = 256 * 1024;

export interface NamedEditsOptions {
	snapshots: Snapshots;
	clock: Pick<Clock, 'sleep'>;
	/** The top level of the worktree. Absolute. */
	worktree: string;
	/** Where the agent works. Absolute. */
	folder: string;
	/** The tree before the turn; null: not known. */
	before: () => string | null;
}

/** The lines of edits whose CLI names only the files, from snapshots taken as the edits come. */
export class NamedEdits {
	readonly #options: NamedEditsOptions;
	/** Paths of edits that have no result yet, by the id of their calls. */
	readonly #open = new Map<string, readonly string[]>();
	/** The newest tree; null: there is none yet. */
	#tree: string | null = null;
	/** The tree up to which the changes of a path were found. */
	readonly #foundIn = new Map<string, string>();
	#takes = 0;
	#isTooSlow = false;
	#looking: Promise<unknown> = Promise.resolve();

	constructor(options: NamedEditsOptions) {
		this.#options = options;
	}

	/** The event, with the lines of its edits where they can be found in time. Never rejects. */
	complete(event: AgentEvent): AgentEvent | Promise<AgentEvent> {
		if (event.type === 'tool_call' && event.kind === 'edit') this.#open.set(event.id, event.paths);
		if (event.type !== 'tool_result') return event;
		const paths = this.#pathsOf(event);
		this.#open.delete(event.id);
		if (paths.length === 0 || this.#isTooSlow || this.#takes >= MAX_TAKES) return event;
		this.#takes++;
		// One after the other: each is compared with the one before it.
		const found = this.#looking.then(() => this.#lookInTime(paths));
		this.#looking = found;
		return found.then((edits) =>
			edits.length === 0 ? event : { ...event, edits: this.#merged(event, edits) },
		);
	}

	/** Relative to the worktree; none: the lines are known, or nothing was edited there. */
	#pathsOf({ id, ok, edits }: Result): string[] {
		const called = this.#open.get(id);
		if (ok !== true) return [];
		const named = edits?.filter(lacksLines).map(({ path }) => path) ?? called ?? [];
		return named.map((path) => this.#relative(path)).filter((path) => path !== null);
	}

	/** `found` in place of what has no lines. */
	#merged({ edits = [] }: Result, found: readonly FileEdit[]): FileEdit[] {
		const paths = new Set(found.map(({ path }) => path));
		const isFound = (edit: FileEdit) => lacksLines(edit) && paths.has(this.#relative(edit.path) ?? '');
		return [...edits.filter((edit) => !isFound(edit)), ...found];
	}

	#relative(path: string): string | null {
		const { worktree, folder } = this.#options;
		const full = path.startsWith('/') ? path : `${folder}/${path}`;
		return full.startsWith(`${worktree}/`) ? full.slice(worktree.length + 1) : null;
	}

	async #lookInTime(paths: readonly string[]): Promise<FileEdit[]> {
		if (this.#isTooSlow) return [];
		const done = new AbortController();
		const late = this.#options.clock.sleep(LONGEST_MS, done.signal).then(() => null);
		const edits = await Promise.race([this.#look(paths), late]);
		done.abort();
		this.#isTooSlow = edits === null;
		return edits ?? [];
	}

	/** null: not known. */
	async #look(paths: readonly string[]): Promise<FileEdit[] | null> {
		const { snapshots, before } = this.#options;
		const first = before();
		const old = this.#tree ?? first;
		if (first === null || old === null) return null;
		try {
			const { tree } = await snapshots.take();
			if (tree === null) return null;
			this.#tree = tree;
			const edits = await this.#between(old, tree, paths);
			// Made before the last snapshot was taken: the agent was faster than that.
			const early = paths.filter(
				(path) => !edits.some((edit) => edit.path === path || edit.movedTo === path),
			);
			for (const path of early)
				edits.push(...(await this.#between(this.#foundIn.get(path) ?? first, tree, [path])));
			for (const { path } of edits) this.#foundIn.set(path, tree);
			return edits;
		} catch (error) {
			// A store that is damaged costs the lines, never the turn.
			if (error instanceof RelayError) return null;
			throw error;
		}
	}

	async #between(old: string, tree: string, paths: readonly string[]): Promise<FileEdit[]> {
		if (old === tree) return [];
		return unifiedEdits(await this.#options.snapshots.diff(old, tree, { paths, maxBytes: MAX_BYTES }));
	}
}
