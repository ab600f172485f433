/** What an undo or a redo would write: trees or its record against the files as they are. Reads only. */
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { fromIso } from '../core/clock.ts';
import { RelayError } from '../core/errors.ts';
import { contentConflict, type FileEdit, type SeenPath } from '../edits/look-at-paths.ts';
import { planEdits } from '../edits/plan-edits.ts';
import { EXECUTABLE_MODE, LINK_MODE } from '../git/commits/tree-edits.ts';
import type { RepoFacts } from '../git/repo-facts.ts';
import type { TreeContents } from '../git/snapshots/tree-contents.ts';
import { workedIn } from '../relay/packet/placed-turns.ts';
import type { UndoneTurn } from '../sessions/undo/undo-history.ts';
import { type Composed, composeEdits } from './compose-edits.ts';
import { describeUncovered } from './describe-uncovered.ts';
import type { Chosen, PathChange, UndoConflict, UndoPlan } from './undo-contract.ts';
import { readUndoRecord } from './undo-record.ts';
import type { UndoWork } from './undo-work.ts';

/** `history`: all turns of the line of work. Throws `refused` for turns of another worktree, `not_found` without snapshots. */
export async function planUndo(
	chosen: Chosen,
	history: readonly UndoneTurn[],
	work: UndoWork,
): Promise<UndoPlan> {
	const { repo } = work;
	// Asked for either way: a redo, too, needs what the store keeps.
	const [contents, rules] = await Promise.all([work.contents(), work.rules()]);
	const { edits, broken, removable } =
		chosen.kind === 'undo' ? await editsOfTurns(chosen.turns, contents, repo) : editsOfRedo(chosen, repo);
	const plan = await planEdits(repo.worktree, edits, rules);
	const isBroken = ({ edit }: SeenPath) => broken.has(edit.path);
	const pending = plan.pending.filter((seen) => !isBroken(seen));
	const differing = [...plan.differing, ...plan.pending.filter(isBroken)];
	const later = chosen.kind === 'undo' ? laterTurns(chosen.turns, history) : new Map<string, number>();
	const conflicts: UndoConflict[] = [
		...plan.conflicts.map((conflict) => ({ ...conflict, canForce: false })),
		...differing.map((seen) => ({ ...explain(seen, broken, later), canForce: canBeForced(seen) })),
	];
	return {
		pending,
		differing,
		removableFolders: await removable(pending.concat(differing)),
		outline: {
			kind: chosen.kind,
			turns: turnsOf(chosen, history).map(({ sessionId, state }) => ({
				session_id: sessionId,
				turn: state.turn,
				agent: state.agent,
			})),
			changes: pending.map(({ edit }) => ({ path: edit.path, change: changeOf(edit) })),
			already: plan.already.map(({ edit }) => edit.path),
			conflicts: conflicts.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)),
			uncovered: describeUncovered(turnsOf(chosen, history), plan.omitted),
		},
	};
}

/** Copies are made of files and links alone. */
export const canBeForced = ({ kind }: SeenPath): boolean =>
	kind === 'file' || kind === 'link' || kind === 'absent';

type Edits = Composed & { removable: (written: readonly SeenPath[]) => Promise<string[]> };

async function editsOfTurns(
	turns: readonly UndoneTurn[],
	contents: TreeContents,
	repo: RepoFacts,
): Promise<Edits> {
	const known = turns.flatMap((turn) => {
		const { before, after } = turn.state.tree;
		refuseElsewhere(turn, repo.worktree);
		return before === null || after === null ? [] : [{ turn, before, after }];
	});
	const read = known.map(async ({ turn, before, after }) => ({
		turn: turn.state.turn,
		edits: await contents.edits(before, after),
	}));
	const composed = composeEdits(await Promise.all(read));
	const [first] = known;
	return {
		...composed,
		removable: async (written) =>
			first === undefined
				? []
				: foldersMade(written, new Set(await foldersBefore(written, first.before, contents)), {
						worktree: repo.worktree,
						since: fromIso(first.turn.state.started_at) ?? 0,
					}),
	};
}

/** Only files that go can leave a folder empty. */
const foldersBefore = async (written: readonly SeenPath[], tree: string, contents: TreeContents) =>
	written.some(({ edit }) => edit.after === null) ? contents.folders(tree) : [];

function refuseElsewhere({ state, meta }: UndoneTurn, worktree: string): void {
	const place = workedIn(state, meta.repo);
	if (place === worktree) return;
	throw new RelayError('refused', `Turn ${state.turn} worked in ${place}, not here.`, {
		hint: `Undo it there: agent-relay -C ${place} undo`,
	});
}

/** Times of folders come from a clock that stands still for some milliseconds. */
const CLOCK_STEP_MS = 20;

/**
 * Folders above removed files that the turns made: none of their files was there before, and the folder itself is not older. A
 * folder whose age the disk does not tell counts as made.
 */
function foldersMade(
	written: readonly SeenPath[],
	before: ReadonlySet<string>,
	{ worktree, since }: { worktree: string; since: number },
): string[] {
	const above = new Set(written.flatMap(({ edit }) => (edit.after === null ? parentsOf(edit.path) : [])));
	return [...above].filter((folder) => {
		if (before.has(folder)) return false;
		const facts = lstatSync(join(worktree, folder), { throwIfNoEntry: false });
		return facts !== undefined && facts.birthtimeMs + CLOCK_STEP_MS >= since;
	});
}

const parentsOf = (path: string) => [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index));

/** Back from what the undo left to what it found. */
function editsOfRedo({ undo }: Extract<Chosen, { kind: 'redo' }>, repo: RepoFacts): Edits {
	const record = readUndoRecord(undo);
	if (record.worktree !== repo.worktree)
		throw new RelayError('refused', `Undo ${record.step} was of files in ${record.worktree}, not here.`, {
			hint: `Redo it there: agent-relay -C ${record.worktree} redo`,
		});
	const edits = record.files.map(({ path, before, after }) => ({ path, before: after, after: before }));
	return { edits, broken: new Map(), removable: async () => record.made_folders };
}

/** The turns that a redo makes again are those of its undo. */
function turnsOf(chosen: Chosen, history: readonly UndoneTurn[]): readonly UndoneTurn[] {
	if (chosen.kind === 'undo') return chosen.turns;
	const { turns } = chosen.undo.step;
	return history.filter(({ sessionId, state }) =>
		turns.some((one) => one.session_id === sessionId && one.turn === state.turn),
	);
}

/** By path, the newest turn after the chosen ones that changed it and stands. */
function laterTurns(chosen: readonly UndoneTurn[], history: readonly UndoneTurn[]): Map<string, number> {
	const last = chosen.at(-1);
	const later = last === undefined ? [] : history.slice(history.indexOf(last) + 1);
	const paths = later
		.filter((turn) => turn.undoneBy === null && !chosen.includes(turn))
		.flatMap(({ state }) =>
			state.files.flatMap(({ path, from }) =>
				[path, ...(from === undefined ? [] : [from])].map((one) => [one, state.turn] as const),
			),
		);
	return new Map(paths);
}

function explain(
	seen: SeenPath,
	broken: Composed['broken'],
	later: ReadonlyMap<string, number>,
): ReturnType<typeof contentConflict> {
	const conflict = contentConflict(seen);
	const { path } = seen.edit;
	const between = broken.get(path);
	if (between !== undefined)
		return { ...conflict, why: `changed between turns ${between.earlier} and ${between.later}` };
	const turn = later.get(path);
	const what = WHAT[conflict.kind] ?? conflict.why;
	return {
		...conflict,
		why: turn === undefined ? `${what} since` : `${what} since; turn ${turn} changed it too`,
	};
}

const WHAT: Partial<Record<UndoConflict['kind'], string>> = {
	changed: 'changed',
	deleted_there: 'changed',
	deleted_here: 'deleted',
	in_the_way: 'made again',
};

export function changeOf({ before, after }: FileEdit): PathChange['change'] {
	if (after === null) return 'removed';
	if (before === null) return 'restored';
	const isProgram = (mode: string) => mode === EXECUTABLE_MODE;
	const isLink = before.mode === LINK_MODE || after.mode === LINK_MODE;
	return before.id === after.id && !isLink && isProgram(before.mode) !== isProgram(after.mode)
		? 'mode'
		: 'rewritten';
}
