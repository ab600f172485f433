import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { RelayError } from '../../core/errors.ts';
import type { LineageEntry } from '../../sessions/lineage/lineage.ts';
import type { CommandContext } from '../context.ts';
import { findTurn } from './find-turn.ts';

export interface LineageDiff {
	id: string;
	/** null: all turns. */
	turn: number | null;
	/** Trees. */
	before: string | null;
	after: string | null;
	/** Unified; as recorded. */
	diff: string;
}

/** A diff is for reading; a longer one is cut, and says so. */
const MAX_DIFF_BYTES = 4 * 1024 * 1024;

/** What the turns of `lineage` changed, or one turn of its last session. Throws `not_found` without a snapshot to compare. */
export async function lineageDiff(
	context: CommandContext,
	lineage: readonly LineageEntry[],
	turn: number | null,
): Promise<LineageDiff> {
	const own = lineage.at(-1);
	if (own === undefined) throw new Error('a lineage without its session');
	const turns = turn === null ? lineage.flatMap((entry) => entry.turns) : [findTurn(own, turn)];
	const before = turns.find(({ tree }) => tree.before !== null)?.tree.before ?? null;
	const after = turns.findLast(({ tree }) => tree.after !== null)?.tree.after ?? null;
	const diff = before === null || after === null ? null : await readDiff(context, before, after);
	if (diff !== null) return { id: own.meta.id, turn, before, after, diff };
	throw new RelayError('not_found', 'No snapshot to compare: nothing ran, or not in a git repo.', {
		hint: 'The files that agents named are listed in: agent-relay show',
	});
}

async function readDiff(context: CommandContext, before: string, after: string): Promise<string | null> {
	const [repo, git, { createSnapshots }] = await Promise.all([
		context.repo(),
		context.git(),
		import('../../git/snapshots/snapshots.ts'),
	]);
	if (repo.kind !== 'worktree') return null;
	const stateFolder = join(context.paths.stateHome, 'snapshots');
	// Opening a store makes it, and reading must make nothing.
	if (!existsSync(stateFolder)) throw noSnapshots(stateFolder);
	const snapshots = createSnapshots({ repo, git, stateFolder, clock: context.clock });
	try {
		return await snapshots.diff(before, after, { maxBytes: MAX_DIFF_BYTES });
	} catch (error) {
		if (!(error instanceof RelayError) || error.code !== 'git_failed') throw error;
		throw noSnapshots(stateFolder, error);
	}
}

function noSnapshots(stateFolder: string, cause?: unknown): RelayError {
	return new RelayError('not_found', `The snapshots of this session are not in ${stateFolder}.`, {
		hint: 'They stay where the session ran; what changed is listed in: agent-relay show',
		cause,
	});
}
