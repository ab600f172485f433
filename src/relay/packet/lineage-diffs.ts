/** What changed on disk over a stretch of turns, separated by who did it: facts from snapshots, not from what agents say. */
import { RelayError } from '../../core/errors.ts';
import { formatPlural } from '../../core/plural.ts';
import type { Snapshots } from '../../git/repo-facts.ts';
import type { PacketDiff } from '../../handoff/packet-input.ts';
import type { TurnState } from '../../sessions/turns/turn-state.ts';

/** Enough for any packet budget; a larger diff is cut by the snapshot store, which says so. */
const MAX_DIFF_BYTES = 512 * 1024;

export interface LineageDiffs {
	/** One entry per path, over the whole stretch. */
	diffs: PacketDiff[];
	/** Changes between turns, and since the last one. */
	userEdits: PacketDiff[];
	/** What is not known of the stretch, one sentence each. */
	losses: string[];
}

/** A tree and the worktree whose files it holds: trees of different worktrees say nothing about what was edited. */
interface TreeAt {
	tree: string | null;
	worktree: string;
}

export interface DiffStretch {
	/** In order. */
	turns: ReadonlyArray<{ state: TurnState; worktree: string }>;
	/** Before the stretch; null: the first turn's own. */
	base: TreeAt | null;
	/** Now; its tree is null when unknown. */
	current: TreeAt;
}

/** A part of the stretch in one worktree. */
interface Run {
	turns: TurnState[];
	base: string | null;
	current: string | null;
}

/**
 * Without git the agents' own tool paths are used, and the user's edits stay unknown. The same holds for turns whose snapshots
 * are gone (another home, a moved repo, a power cut); `losses` says so.
 */
export async function lineageDiffs(stretch: DiffStretch, snapshots: Snapshots | null): Promise<LineageDiffs> {
	const runs = runsOf(stretch);
	const byPath = new Map<string, PacketDiff>();
	const userEdits: PacketDiff[] = [];
	const lost = { gone: 0, neverTaken: 0 };
	let lostEdits = snapshots === null ? 0 : movesIn(stretch);
	for (const run of runs) {
		const found = await diffsOfRun(run, snapshots);
		for (const turn of found.lost) lost[hadSnapshots(turn) ? 'gone' : 'neverTaken']++;
		for (const diff of found.diffs) byPath.set(diff.path, diff);
		for (const [before, after] of gaps(run)) {
			const edits = snapshots && (await betweenOrNull(snapshots, before, after, 'user'));
			if (edits === null) lostEdits++;
			userEdits.push(...(edits ?? []));
		}
	}
	return { diffs: [...byPath.values()], userEdits, losses: describeLosses(lost, lostEdits) };
}

/** True if both trees were taken: with only one no diff was ever possible. */
const hadSnapshots = ({ tree }: TurnState) => tree.before !== null && tree.after !== null;

function describeLosses(lost: { gone: number; neverTaken: number }, lostEdits: number): string[] {
	const losses: string[] = [];
	const { gone, neverTaken } = lost;
	if (gone > 0)
		losses.push(
			`The snapshots of ${formatPlural(gone, 'turn')} are not here any more; what changed there is listed without a diff.`,
		);
	if (neverTaken > 0)
		losses.push(
			`No snapshots were taken around ${formatPlural(neverTaken, 'turn')}; what changed there is listed without a diff.`,
		);
	if (lostEdits > 0)
		losses.push(
			'What the user changed between some turns is not known: the work moved, or snapshots are gone.',
		);
	return losses;
}

/** How often the work moved to another worktree. */
function movesIn({ turns, base, current }: DiffStretch): number {
	const worktrees = [...(base ? [base] : []), ...turns, current].map(({ worktree }) => worktree);
	return worktrees.filter((worktree, at) => at > 0 && worktree !== worktrees[at - 1]).length;
}

/** Splits the stretch wherever the work moved to another worktree. */
function runsOf({ turns, base, current }: DiffStretch): Run[] {
	const runs: Array<Run & { worktree: string }> = [];
	if (base !== null) runs.push({ turns: [], base: base.tree, current: null, worktree: base.worktree });
	for (const { state, worktree } of turns) {
		const last = runs.at(-1);
		if (last?.worktree === worktree) last.turns.push(state);
		else runs.push({ turns: [state], base: null, current: null, worktree });
	}
	const last = runs.at(-1);
	if (last === undefined) return [];
	if (last.worktree === current.worktree) last.current = current.tree;
	return runs;
}

async function diffsOfRun(
	{ turns, base, current }: Run,
	snapshots: Snapshots | null,
): Promise<{ diffs: PacketDiff[]; lost: TurnState[] }> {
	const last = current ?? turns.findLast(({ tree }) => tree.after !== null)?.tree.after ?? null;
	const starts = startsOf(turns, base);
	if (!snapshots || last === null) return { diffs: toolDiffs(turns), lost: [] };
	const known = await longestKnown(starts, last, snapshots);
	const touchedByAgents = new Set(turns.flatMap(({ files }) => files.map(({ path }) => path)));
	const diffs = (known?.diffs ?? []).map((diff) =>
		touchedByAgents.has(diff.path) ? diff : { ...diff, by: 'user' as const },
	);
	const lost = turns.slice(0, known?.from ?? turns.length);
	const byPath = new Map(toolDiffs(lost).map((diff) => [diff.path, diff]));
	for (const diff of diffs) byPath.set(diff.path, diff);
	return { diffs: [...byPath.values()], lost };
}

interface Start {
	tree: string;
	/** The first turn that a comparison with this tree covers. */
	from: number;
}

function startsOf(turns: readonly TurnState[], base: string | null): Start[] {
	const own = turns.flatMap(({ tree }, from) => (tree.before === null ? [] : [{ tree: tree.before, from }]));
	return base === null ? own : [{ tree: base, from: 0 }, ...own];
}

/** The comparison that covers the most turns. Old snapshots are lost before new ones, so this is a binary search. */
async function longestKnown(
	starts: readonly Start[],
	last: string,
	snapshots: Snapshots,
): Promise<{ from: number; diffs: PacketDiff[] } | null> {
	let best: { from: number; diffs: PacketDiff[] } | null = null;
	let low = 0;
	let high = starts.length - 1;
	// The whole is tried first: in nearly all sessions it is there.
	for (let at = 0; low <= high; at = Math.floor((low + high) / 2)) {
		const start = starts[at];
		if (start === undefined) break;
		const diffs = await betweenOrNull(snapshots, start.tree, last, 'agent');
		if (diffs === null) low = at + 1;
		else {
			best = { from: start.from, diffs };
			high = at - 1;
		}
	}
	return best;
}

/** The pairs of trees between which no agent of ours worked. */
function gaps({ turns, base, current }: Run): Array<[string, string]> {
	const ends = [base, ...turns.map(({ tree }) => tree.after)];
	const starts = [...turns.map(({ tree }) => tree.before), current];
	return ends.flatMap((end, i): Array<[string, string]> => {
		const start = starts[i] ?? null;
		return end !== null && start !== null && end !== start ? [[end, start]] : [];
	});
}

/** null: one of the trees, or a part of it, is no longer there. */
async function betweenOrNull(
	snapshots: Snapshots,
	before: string,
	after: string,
	by: PacketDiff['by'],
): Promise<PacketDiff[] | null> {
	try {
		return await between(snapshots, before, after, by);
	} catch (error) {
		if (error instanceof RelayError) return null;
		throw error;
	}
}

async function between(
	snapshots: Snapshots,
	before: string,
	after: string,
	by: PacketDiff['by'],
): Promise<PacketDiff[]> {
	if (before === after) return [];
	const [changes, text] = await Promise.all([
		snapshots.changes(before, after),
		snapshots.diff(before, after, { maxBytes: MAX_DIFF_BYTES }),
	]);
	const texts = splitDiff(text);
	return changes.map(({ path, change, added, removed }) => ({
		path,
		change,
		added,
		removed,
		text: texts.get(path) ?? null,
		by,
	}));
}

/** The sections of a unified diff by path. Paths that git quotes (control characters) are left out: their stat remains. */
function splitDiff(text: string): Map<string, string> {
	const sections = new Map<string, string>();
	for (const section of text.split(/^(?=diff --git )/m)) {
		const path = pathOf(section);
		if (path !== null) sections.set(path, section);
	}
	return sections;
}

function pathOf(section: string): string | null {
	const head = section.split(/^@@ /m, 1)[0] ?? '';
	const named =
		/^rename to (.+)$/m.exec(head)?.[1] ??
		/^\+\+\+ b\/(.+?)\t?$/m.exec(head)?.[1] ??
		/^--- a\/(.+?)\t?$/m.exec(head)?.[1];
	return named ?? null;
}

function toolDiffs(turns: readonly TurnState[]): PacketDiff[] {
	const byPath = new Map<string, PacketDiff>();
	for (const { files } of turns) {
		for (const { path, change, added, removed } of files)
			byPath.set(path, { path, change, added, removed, text: null, by: 'agent' });
	}
	return [...byPath.values()];
}
