/** What changed on disk over a stretch of turns, told apart by who did it: facts from snapshots, not from what agents say. */
import type { Snapshots } from '../git/contract.ts';
import type { PacketDiff } from '../handoff/packet-input.ts';
import type { TurnState } from '../sessions/turn-state.ts';

/** Enough for any packet budget; a larger diff is cut by the snapshot store, which says so. */
const MAX_DIFF_BYTES = 512 * 1024;

export interface LineageDiffs {
	/** One entry a path, over the whole stretch. */
	diffs: PacketDiff[];
	/** Changes between turns, and since the last one. */
	userEdits: PacketDiff[];
}

export interface DiffStretch {
	/** In order. */
	turns: readonly TurnState[];
	/** The tree before the stretch; null: the first turn's own. */
	base: string | null;
	/** The tree now, null when unknown. */
	current: string | null;
}

/** Without git the agents' own tool paths serve, and the user's edits stay unknown. */
export async function lineageDiffs(stretch: DiffStretch, snapshots: Snapshots | null): Promise<LineageDiffs> {
	const { turns, base, current } = stretch;
	const first = base ?? turns.find(({ tree }) => tree.before !== null)?.tree.before ?? null;
	const last = current ?? turns.findLast(({ tree }) => tree.after !== null)?.tree.after ?? null;
	if (!snapshots || first === null || last === null) return { diffs: toolDiffs(turns), userEdits: [] };
	const userEdits: PacketDiff[] = [];
	for (const [before, after] of gaps(stretch))
		for (const edit of await between(snapshots, before, after, 'user')) userEdits.push(edit);
	const touchedByAgents = new Set(turns.flatMap(({ files }) => files.map(({ path }) => path)));
	const all = await between(snapshots, first, last, 'agent');
	const diffs = all.map((diff) => (touchedByAgents.has(diff.path) ? diff : { ...diff, by: 'user' as const }));
	return { diffs, userEdits };
}

/** The pairs of trees between which no agent of ours worked. */
function gaps({ turns, base, current }: DiffStretch): Array<[string, string]> {
	const ends = [base, ...turns.map(({ tree }) => tree.after)];
	const starts = [...turns.map(({ tree }) => tree.before), current];
	return ends.flatMap((end, i): Array<[string, string]> => {
		const start = starts[i] ?? null;
		return end !== null && start !== null && end !== start ? [[end, start]] : [];
	});
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
