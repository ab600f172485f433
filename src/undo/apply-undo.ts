/** Writes what was planned, all or nothing, and records it. */
import { join } from 'node:path';
import { toIso } from '../core/clock.ts';
import type { EditPlace } from '../edits/edit-journal.ts';
import type { FileState, SeenPath } from '../edits/look-at-paths.ts';
import { closeJournal, inPlace, prepareJournal, replaceFiles } from '../edits/replace-files.ts';
import { EXECUTABLE_MODE, LINK_MODE } from '../git/commits/tree-edits.ts';
import type { OpenSession } from '../sessions/store/session-store.ts';
import { recordUndo } from '../sessions/transitions.ts';
import { NAMED_PATHS, type UndoStep } from '../sessions/undo/undo-step.ts';
import { keepCopies } from './keep-copies.ts';
import { canBeForced, changeOf } from './plan-undo.ts';
import type { Chosen, PathChange, UndoPlan, UndoPolicy, UndoResult } from './undo-contract.ts';
import { undoPlace } from './undo-journal.ts';
import { prepareUndoFolder, writeUndoRecord } from './undo-record.ts';
import type { UndoWork } from './undo-work.ts';

interface Held {
	session: OpenSession;
	work: UndoWork;
}

/** Conflicts are a result, unless the policy lets them pass. Throws what `replaceFiles` and `TreeContents.write` throw. */
export async function applyUndo(
	chosen: Chosen,
	plan: UndoPlan,
	{ isForced, isPartial }: UndoPolicy,
	held: Held,
): Promise<UndoResult> {
	const { outline, pending } = plan;
	const forced = isForced ? plan.differing.filter(canBeForced) : [];
	const replaced = new Set(forced.map(({ edit }) => edit.path));
	const left = outline.conflicts.filter(({ path }) => !replaced.has(path));
	const count = pending.length + forced.length;
	const isStopped = left.length > 0 && (!isPartial || count === 0);
	if (isStopped) return { ...outline, status: 'conflicts' };
	const place = undoPlace(held.session.writableFolder());
	const done = await inPlace(place, () => writeAll(chosen, { ...plan, forced, left }, place, held));
	return { ...outline, ...done, status: 'done', left: left.map(({ path }) => path) };
}

interface Writing extends UndoPlan {
	forced: SeenPath[];
	left: ReadonlyArray<{ path: string }>;
}

async function writeAll(
	chosen: Chosen,
	plan: Writing,
	place: EditPlace,
	{ session, work }: Held,
): Promise<{ step: number; kept: string | null; changes: PathChange[] }> {
	const { worktree } = work.repo;
	const [contents, { ignoresModes, hasLinks }] = await Promise.all([work.contents(), work.rules()]);
	const step = (session.meta.undos?.length ?? 0) + 1;
	const { kept, keptName } = prepareUndoFolder(session, step);
	const { forced, hasCopies } = await keepCopies(plan.forced, { worktree, place, kept, contents });
	const written = [...plan.pending, ...forced].sort((a, b) => (a.edit.path < b.edit.path ? -1 : 1));
	const comes = written.flatMap(({ edit: { path, after } }) =>
		after === null ? [] : [[path, after] as const],
	);
	await contents.write(comes, { target: place.fresh, scratch: join(place.folder, 'index') });
	const isExact = hasLinks && !ignoresModes;
	const staged = new Map<string, number | null>();
	const journal = prepareJournal(place, worktree, written, {
		removableFolders: plan.removableFolders,
		isExact,
		onStaged: (path, permissions) => staged.set(path, permissions),
	});
	const changes = written.map(({ edit }) => ({ path: edit.path, change: changeOf(edit) }));
	const undo: UndoStep = {
		step,
		...turnsOf(chosen),
		at: toIso(work.clock.now()),
		after_turn: session.meta.turn_count,
		files: written.length,
		paths: changes.slice(0, NAMED_PATHS),
		left: plan.left.slice(0, NAMED_PATHS).map(({ path }) => path),
		kept: hasCopies ? keptName : null,
		record: writeUndoRecord(session, {
			step,
			worktree,
			files: written.map((seen) => fileOf(seen, staged.get(seen.edit.path) ?? null)),
			made_folders: journal.made_folders,
		}),
	};
	const { schema_version, ...edits } = journal;
	replaceFiles(place, { schema_version, undo, ...edits });
	session.apply(recordUndo, { step: undo });
	closeJournal(place);
	return { step, kept: hasCopies ? kept : null, changes };
}

function turnsOf(chosen: Chosen): Pick<UndoStep, 'kind' | 'turns' | 'of'> {
	if (chosen.kind === 'redo') {
		const { sessionId, step } = chosen.undo;
		return { kind: 'redo', turns: step.turns, of: { session_id: sessionId, step: step.step } };
	}
	const turns = chosen.turns.map(({ sessionId, state }) => ({ session_id: sessionId, turn: state.turn }));
	return { kind: 'undo', turns, of: null };
}

/** As the record has it: what stood there, and what comes. */
function fileOf(
	{ edit: { path, before, after }, kind, permissions }: SeenPath,
	newPermissions: number | null,
) {
	const stood = kind === 'absent' || kind === 'folder' ? null : before;
	return {
		path,
		before: stood === null ? null : { ...named(stood), permissions },
		after: after === null ? null : { ...named(after), permissions: newPermissions },
	};
}

const named = ({ mode, id }: FileState) => ({ mode: knownMode(mode), id });

function knownMode(mode: string): '100644' | '100755' | '120000' {
	if (mode === LINK_MODE || mode === EXECUTABLE_MODE) return mode;
	return '100644';
}
