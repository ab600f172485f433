import type { Hunk } from '../../src/git/snapshots/blame-lines.ts';

/** The hunks between two versions of a file, whitespace apart, as `git diff -w -U0` would give them. */
export function hunksBetween(before: readonly string[], after: readonly string[]): Hunk[] {
	const [old, fresh] = [before.map(keyOf), after.map(keyOf)];
	const lengths = commonLengths(old, fresh);
	const at = (i: number, j: number) => lengths[i]?.[j] ?? 0;
	const hunks: Hunk[] = [];
	for (let i = 0, j = 0; i < old.length || j < fresh.length; ) {
		if (i < old.length && j < fresh.length && old[i] === fresh[j]) {
			i++;
			j++;
			continue;
		}
		const [fromOld, fromNew] = [i, j];
		while (
			!(i < old.length && j < fresh.length && old[i] === fresh[j]) &&
			(i < old.length || j < fresh.length)
		)
			if (j >= fresh.length || (i < old.length && at(i + 1, j) >= at(i, j + 1))) i++;
			else j++;
		hunks.push({
			oldStart: i > fromOld ? fromOld + 1 : fromOld,
			oldLines: before.slice(fromOld, i),
			newStart: j > fromNew ? fromNew + 1 : fromNew,
			newLines: after.slice(fromNew, j),
		});
	}
	return hunks;
}

const keyOf = (line: string) => line.replace(/\s+/g, '');

/** The longest common subsequence of what is left from each pair of places on. */
function commonLengths(old: readonly string[], fresh: readonly string[]): number[][] {
	const lengths = Array.from({ length: old.length + 1 }, () => new Array<number>(fresh.length + 1).fill(0));
	for (let i = old.length - 1; i >= 0; i--)
		for (let j = fresh.length - 1; j >= 0; j--) {
			const [row = [], next = []] = [lengths[i], lengths[i + 1]];
			row[j] = old[i] === fresh[j] ? (next[j + 1] ?? 0) + 1 : Math.max(next[j] ?? 0, row[j + 1] ?? 0);
		}
	return lengths;
}
