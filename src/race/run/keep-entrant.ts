/** Keeps what an entrant leaves: its files as a commit under its ref, the size of its change, and what else it did. */
import { lstatSync } from 'node:fs';
import { isAbsolute, relative, sep } from 'node:path';
import { RelayError } from '../../core/errors.ts';
import { realFolder } from '../../core/files/real-path.ts';
import { safeLine } from '../../core/text.ts';
import type { FileChange, Snapshots } from '../../git/repo-facts.ts';
import type { KeptTree } from '../../git/worktrees/worktree-types.ts';
import type { TurnState } from '../../sessions/turns/turn-state.ts';
import { witnessKept } from '../record/kept-witness.ts';
import { AFTER_CHECKS, ALL_FILES } from '../record/race-claim.ts';
import type { EntrantRecord } from '../record/race-record.ts';
import { type EntrantContext, withNotes } from './entrant-context.ts';
import { failureOf } from './entrant-failure.ts';
import { describeLeftInside, type LeftInside, leftInside } from './left-inside.ts';

const SHOWN_PATHS = 5;
const EDITED_OUTSIDE = 'edited files outside its worktree: ';
const MADE_COMMITS = 'made commits: ';
const NOT_KEPT = 'its files could not be kept: ';

/** False: its worktree is gone. Throws `disk_full`; what else goes wrong stands in the entrant's notes. */
export async function keepEntrant(context: EntrantContext, turns: readonly TurnState[]): Promise<boolean> {
	const { worktree } = context.entrant();
	const outside = pathsOutside(worktree, turns);
	const about = outside.length === 0 ? [] : [`${EDITED_OUTSIDE}${listed(outside)}`];
	if (!hasWorktree(context, about)) return false;
	try {
		context.change(await keptFiles(context, about));
	} catch (error) {
		const note = `${NOT_KEPT}${failureOf(error, context).text}`;
		context.change({ notes: withNotes(context.entrant(), ...about, note) });
	}
	return true;
}

/** False, with a note of it, once somebody removed it. */
export function hasWorktree(context: EntrantContext, about: readonly string[] = []): boolean {
	if (isFolder(context.entrant().worktree)) return true;
	context.change({ notes: withNotes(context.entrant(), ...about, 'its worktree is gone') });
	return false;
}

const isFolder = (path: string) => lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/**
 * Files that a check wrote are not the entrant's work: they get a ref of their own (`<ref>+checks`), so that
 * nothing in the worktree is in no ref and it can be cleaned.
 */
export async function keepWhatChecksWrote(context: EntrantContext): Promise<void> {
	const { worktrees } = context.deps;
	const { id, ref, worktree, commit, tree, whole_tree } = context.entrant();
	if (commit === null || !isFolder(worktree)) return;
	try {
		const message = `what the checks of ${id} wrote in agent-relay race ${context.race().id}\n`;
		const kept = await worktrees.commitFiles(worktree, { parents: [commit], message });
		if (kept.tree !== (whole_tree ?? tree)) await worktrees.setRef(`${ref}${AFTER_CHECKS}`, kept.commit);
	} catch (error) {
		const note = `what its checks wrote could not be kept: ${failureOf(error, context).text}`;
		context.change({ notes: withNotes(context.entrant(), note) });
	}
}

async function keptFiles(context: EntrantContext, about: readonly string[]): Promise<Partial<EntrantRecord>> {
	const { worktrees, relay } = context.deps;
	const { base, id: race } = context.race();
	const { id, ref, worktree, found } = context.entrant();
	const head = await worktrees.headOf(worktree);
	const kept = await worktrees.commitFiles(worktree, {
		parents: [head.commit ?? base.commit],
		message: `${id} in agent-relay race ${race}\n`,
		counted: found ? { before: found.tree, base: base.commit } : null,
	});
	await worktrees.setRef(ref, kept.commit);
	const { whole } = kept;
	if (whole.commit !== kept.commit) await worktrees.setRef(`${ref}${ALL_FILES}`, whole.commit);
	const files = await changesOf(relay.snapshots, base.commit, kept.commit);
	const diff = files && {
		files: files.length,
		added: sum(files.map(({ added }) => added)),
		removed: sum(files.map(({ removed }) => removed)),
	};
	const nested = await worktrees.nestedWork(worktree, {
		base: base.commit,
		now: kept.whole.commit,
		also: kept.skipped,
	});
	const left_inside = nested.map(leftInside);
	const said = [...about, ...headNotes(head, base.commit), ...keptNotes(kept, diff, left_inside)];
	const { commit, tree } = kept;
	await witnessKept(relay.store.witness(context.sessionId), { entrant: id, base: base.commit, commit });
	const earlier = context.entrant().notes.filter((note) => !isOfKeptFiles(note));
	const whole_tree = whole.tree === tree ? null : whole.tree;
	return { commit, tree, whole_tree, diff, left_inside, notes: withNotes({ notes: earlier }, ...said) };
}

/** null where they are not known: the work is kept all the same. */
async function changesOf(
	snapshots: Snapshots | null,
	base: string,
	kept: string,
): Promise<FileChange[] | null> {
	try {
		return (await snapshots?.changes(base, kept)) ?? null;
	} catch (error) {
		if (error instanceof RelayError) return null;
		throw error;
	}
}

/** Said again each time its files are kept: it may have worked on since. */
const isOfKeptFiles = (note: string) =>
	[EDITED_OUTSIDE, NOT_KEPT, 'is on the branch ', MADE_COMMITS, 'not kept, ', 'changed nothing'].some(
		(start) => note.startsWith(start),
	);

/** It leaves no file, no commit and nothing in a repo inside; what setup brought is not its own. */
export function hasChangedNothing({ diff, left_inside, notes }: EntrantRecord): boolean {
	const hasFiles = diff?.files !== 0 || (left_inside ?? []).length > 0;
	return !hasFiles && !notes.some((note) => note.startsWith(MADE_COMMITS));
}

function headNotes(head: { commit: string | null; branch: string | null }, base: string): string[] {
	return [
		...(head.branch === null
			? []
			: [`is on the branch ${safeLine(head.branch.replace(/^refs\/heads\//, ''), 120)}`]),
		...(head.commit === null || head.commit === base
			? []
			: [`${MADE_COMMITS}its HEAD is ${head.commit.slice(0, 12)}`]),
	];
}

function keptNotes(
	{ skipped }: KeptTree,
	diff: EntrantRecord['diff'],
	inside: readonly LeftInside[],
): string[] {
	const named = new Set(inside.map(({ path }) => path));
	const unstored = skipped.filter((path) => !named.has(path));
	return [
		...(unstored.length === 0 ? [] : [`not kept, since git cannot store it: ${listed(unstored)}`]),
		...inside.map((left) => `not kept, ${safeLine(left.path, 120)}: ${describeLeftInside(left)}`),
		...(diff?.files === 0 && inside.length === 0 ? ['changed nothing'] : []),
	];
}

/** Files that its own edit tools touched; what its commands wrote elsewhere shows only in the shared parts. */
function pathsOutside(worktree: string, turns: readonly TurnState[]): string[] {
	const edits = turns
		.flatMap(({ tools }) => tools)
		.filter(({ kind, status }) => kind === 'edit' && status === 'ok');
	const paths = edits
		.flatMap((tool) => tool.paths)
		.filter((path) => isAbsolute(path) && !isInside(realFolder(path), realFolder(worktree)));
	return [...new Set(paths)];
}

function isInside(path: string, folder: string): boolean {
	const way = relative(folder, path);
	return way !== '..' && !way.startsWith(`..${sep}`);
}

function listed(paths: readonly string[]): string {
	const rest = paths.length - SHOWN_PATHS;
	const shown = paths.slice(0, SHOWN_PATHS).map((path) => safeLine(path, 120));
	return shown.join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

const sum = (counts: ReadonlyArray<number | null>) =>
	counts.reduce<number>((total, count) => total + (count ?? 0), 0);
