/** The versions of one file that are recorded, under the names that it had. */
import type { BlameLines, LinePatch, TreePair } from '../../git/snapshots/blame-lines.ts';
import type { RecordedTurn } from './recorded-turns.ts';
import type { Step, WrittenElsewhere } from './trace-lines.ts';
import type { Interval } from './versions.ts';

export interface FollowedFile {
	/** The oldest first; intervals in which the file did not change are left out. */
	steps: Step[];
	/** The newest first. */
	names: string[];
	/** Files that went when this one came, so that their lines may be in it. */
	gone: string[];
}

/** Follows the file from its name now back through the intervals (the oldest first). */
export async function followFile(
	lines: Pick<BlameLines, 'patches' | 'changes'>,
	intervals: readonly Interval[],
	path: string,
): Promise<FollowedFile> {
	const steps: Step[] = [];
	const names = [path];
	const gone: string[] = [];
	let name = path;
	let found = await patchesOf(lines, intervals, name);
	for (let i = intervals.length - 1; i >= 0; i--) {
		const interval = intervals[i];
		if (interval === undefined) continue;
		const { worker, seenAt } = interval;
		const key = keyOf(interval);
		if (found.unreadable.has(key)) {
			steps.unshift({ worker, seenAt, hunks: null });
			continue;
		}
		const patch = found.patches.get(key);
		if (patch === undefined) continue;
		const came = patch.change === 'added' ? await cameFrom(lines, interval, name) : null;
		gone.push(...(came?.gone ?? []));
		steps.unshift({ worker, seenAt, hunks: came?.renamed?.hunks ?? patch.hunks });
		if (!came?.renamed) continue;
		name = came.renamed.from;
		names.push(name);
		found = await patchesOf(lines, intervals.slice(0, i), name);
	}
	return { steps, names, gone };
}

const keyOf = ({ before, after }: { before: string; after: string }) => `${before} ${after}`;

async function patchesOf(
	lines: Pick<BlameLines, 'patches'>,
	intervals: readonly Interval[],
	path: string,
): Promise<{ patches: Map<string, LinePatch>; unreadable: Set<string> }> {
	const pairs = new Map(
		intervals.map((interval): [string, TreePair] => [keyOf(interval), [interval.before, interval.after]]),
	);
	const { patches, unreadable } = await lines.patches([...pairs.values()], path);
	return {
		patches: new Map(patches.map((patch) => [keyOf(patch), patch])),
		unreadable: new Set(unreadable.map(([before, after]) => keyOf({ before, after }))),
	};
}

/** How a file that is new under its name came from another one (`renamed`), else the files that went meanwhile. */
export async function cameFrom(
	lines: Pick<BlameLines, 'patches' | 'changes'>,
	{ before, after }: Pick<Interval, 'before' | 'after'>,
	path: string,
): Promise<{ renamed: { from: string; hunks: LinePatch['hunks'] } | null; gone: string[] }> {
	const changes = await lines.changes(before, after);
	const from = changes.find((change) => change.change === 'renamed' && change.path === path)?.from;
	const gone = changes.filter(({ change }) => change === 'deleted').map((change) => change.path);
	if (from === undefined) return { renamed: null, gone };
	const { patches } = await lines.patches([[before, after]], path, from);
	return { renamed: { from, hunks: patches[0]?.hunks ?? [] }, gone: [] };
}

/** What turns wrote into files of these names. */
export async function writtenElsewhere(
	lines: Pick<BlameLines, 'patches'>,
	turns: ReadonlyArray<{ index: number; turn: RecordedTurn }>,
	names: readonly string[],
): Promise<WrittenElsewhere[]> {
	const written: WrittenElsewhere[] = [];
	for (const name of names) {
		const touching = turns.flatMap(({ index, turn: { paths, before, after, endedAt } }) =>
			paths.includes(name) && before !== null && after !== null && before !== after && endedAt !== null
				? [{ index, pair: [before, after] as const, at: endedAt }]
				: [],
		);
		const { patches } = await lines.patches(
			touching.map(({ pair }) => pair),
			name,
		);
		const byPair = new Map(patches.map((patch) => [keyOf(patch), patch]));
		for (const { index, pair, at } of touching) {
			const added = byPair.get(keyOf({ before: pair[0], after: pair[1] }))?.hunks ?? [];
			if (added.length > 0)
				written.push({ turn: index, at, lines: added.flatMap(({ newLines }) => newLines) });
		}
	}
	return written;
}
