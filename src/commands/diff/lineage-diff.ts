import { RelayError } from '../../core/errors.ts';
import type { FileChange } from '../../git/repo-facts.ts';
import type { LineageEntry } from '../../sessions/lineage/lineage.ts';
import type { TurnState } from '../../sessions/turns/turn-state.ts';
import { type TurnPlace, undoHistory, undoneTurns } from '../../sessions/undo/undo-history.ts';
import type { CommandContext } from '../context.ts';
import { findTurn } from './find-turn.ts';
import { readTrees } from './read-trees.ts';

/** Turns of a session; null: from its first one, to its last. */
export interface TurnRange {
	from: number | null;
	to: number | null;
}

export interface LineageDiff {
	id: string;
	/** null: all turns. */
	range: TurnRange | null;
	/** Trees. */
	before: string;
	after: string;
	/** Unified, as recorded; empty if it was not asked for. */
	diff: string;
	/** Empty if they were not asked for. */
	files: readonly FileChange[];
	/** Those of the turns that were taken back. */
	undone: readonly TurnPlace[];
}

interface DiffForm {
	isByWord?: boolean;
	isWithFiles?: boolean;
	isWithText?: boolean;
	/** The lineage with all undos, where `lineage` is a part of it. */
	undoneIn?: readonly LineageEntry[];
}

/** A diff is for reading; a longer one is cut, and says so. */
const MAX_DIFF_BYTES = 4 * 1024 * 1024;

/** What the turns of `lineage` changed, or a range of those of its last session. Throws `not_found` without a snapshot to compare. */
export async function lineageDiff(
	context: Pick<CommandContext, 'repo' | 'git' | 'paths' | 'clock' | 'processes'>,
	lineage: readonly LineageEntry[],
	range: TurnRange | null,
	form: DiffForm = {},
): Promise<LineageDiff> {
	const own = lineage.at(-1);
	if (own === undefined) throw new Error('a lineage without its session');
	const turns = range === null ? lineage.flatMap((entry) => entry.turns) : turnsIn(own, range);
	const before = turns.find(({ tree }) => tree.before !== null)?.tree.before ?? null;
	const after = turns.findLast(({ tree }) => tree.after !== null)?.tree.after ?? null;
	if (before === null || after === null) throw noTrees(own, turns.length);
	const { isByWord = false, isWithFiles = false, isWithText = true } = form;
	const found = await readTrees(context, async (snapshots) => ({
		files: isWithFiles ? await snapshots.changes(before, after) : [],
		diff: isWithText ? await snapshots.diff(before, after, { maxBytes: MAX_DIFF_BYTES, isByWord }) : '',
	}));
	const isShown = ({ session_id, turn }: TurnPlace) =>
		turns.some((state) => state.turn === turn && state.session_id === session_id);
	const undone = undoneTurns(undoHistory(form.undoneIn ?? lineage)).filter(isShown);
	return { id: own.meta.id, range, before, after, undone, ...found };
}

/** Throws `not_found` for a turn that is not there, with those that are. */
function turnsIn(own: LineageEntry, { from, to }: TurnRange): TurnState[] {
	for (const turn of [from, to]) if (turn !== null) findTurn(own, turn);
	return own.turns.filter(({ turn }) => turn >= (from ?? 1) && turn <= (to ?? turn));
}

function noTrees({ meta }: LineageEntry, turns: number): RelayError {
	const why =
		turns === 0
			? `Session ${meta.id} has no turn yet, so there is nothing to compare.`
			: 'No snapshot to compare: the turn has not ended, or it ran outside git or in a repo that is too slow for them.';
	return new RelayError('not_found', why, {
		hint: 'The files that agents named are listed in: agent-relay show',
	});
}
