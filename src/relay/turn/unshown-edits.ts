import type { AgentEvent, EditKind, FileEdit } from '../../agents/events.ts';
import { unifiedEdits } from '../../agents/reading/file-edits.ts';
import { RelayError } from '../../core/errors.ts';
import type { Snapshots } from '../../git/repo-facts.ts';
import type { TurnState } from '../../sessions/turns/turn-state.ts';

/** Files whose lines are read: more than a transcript has room for. */
const MAX_FILES = 12;
const MAX_BYTES = 256 * 1024;

const KINDS: Readonly<Record<TurnState['files'][number]['change'], EditKind>> = {
	added: 'create',
	modified: 'edit',
	deleted: 'delete',
	renamed: 'move',
	mode: 'edit',
};

/** Which files the tools of a turn have changed line by line, as they reported it. */
export class ReportedEdits {
	readonly #paths = new Set<string>();

	/** Paths as the agent named them. */
	event(event: AgentEvent): void {
		if (event.type !== 'tool_result' || event.edits === undefined) return;
		for (const { path, kind, hunks } of event.edits)
			if (hunks.length > 0 || kind === 'delete') this.#paths.add(path);
	}

	/** `path`: relative to the worktree. */
	has(path: string): boolean {
		if (this.#paths.has(path)) return true;
		for (const reported of this.#paths) if (reported.endsWith(`/${path}`)) return true;
		return false;
	}
}

/**
 * What a turn changed that no tool has reported, from the snapshots around it: edits of a CLI that names only the files, and
 * those of commands. Empty without snapshots.
 */
export async function unshownEdits(
	{ files, tree: { before, after } }: TurnState,
	reported: ReportedEdits,
	snapshots: Pick<Snapshots, 'diff'> | null,
): Promise<FileEdit[]> {
	if (snapshots === null || before === null || after === null) return [];
	const unshown = files.filter(
		({ path, source, change }) => source === 'git' && change !== 'mode' && !reported.has(path),
	);
	if (unshown.length === 0) return [];
	const read = unshown.slice(0, MAX_FILES);
	const paths = read.flatMap(({ path, from }) => (from === undefined ? [path] : [path, from]));
	const diff = await readDiff(snapshots, before, after, paths);
	const byPath = new Map(unifiedEdits(diff).map((edit) => [edit.movedTo ?? edit.path, edit]));
	return unshown.map(({ path, from, change, added, removed }): FileEdit => {
		const moved = from === undefined ? { path } : { path: from, movedTo: path };
		return { ...moved, kind: KINDS[change], added, removed, hunks: byPath.get(path)?.hunks ?? [] };
	});
}

async function readDiff(
	snapshots: Pick<Snapshots, 'diff'>,
	before: string,
	after: string,
	paths: readonly string[],
): Promise<string> {
	try {
		return await snapshots.diff(before, after, { paths, maxBytes: MAX_BYTES });
	} catch (error) {
		// A store that is damaged costs the lines, never the end of a turn.
		if (error instanceof RelayError) return '';
		throw error;
	}
}

/** The changed lines are not reported, or not where in the file they are. */
export const lacksLines = ({ kind, hunks }: FileEdit) =>
	kind !== 'delete' && hunks.every(({ newStart }) => newStart === null);
