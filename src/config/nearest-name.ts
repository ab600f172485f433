/** A suggestion with more edits than a third of the word plus one confuses more than it helps. */
const closeEnough = (name: string) => Math.floor(name.length / 3) + 1;

/** The candidate that takes the fewest edits, or null when none is near. With equal distances the first wins. */
export function nearestName(name: string, candidates: Iterable<string>): string | null {
	let nearest: string | null = null;
	let fewest = closeEnough(name) + 1;
	for (const candidate of candidates) {
		const edits = editDistance(name.toLowerCase(), candidate.toLowerCase());
		if (edits < fewest) {
			nearest = candidate;
			fewest = edits;
		}
	}
	return nearest;
}

/** The number of insertions, deletions, replacements and swaps of neighbours that turn one text into the other. */
export function editDistance(from: string, to: string): number {
	let beforeLast: number[] = [];
	let last = Array.from({ length: to.length + 1 }, (_, column) => column);
	for (let row = 1; row <= from.length; row++) {
		const current = [row];
		for (let column = 1; column <= to.length; column++) {
			const same = from[row - 1] === to[column - 1];
			const isSwap =
				row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
			current[column] = Math.min(
				(last[column] ?? 0) + 1,
				(current[column - 1] ?? 0) + 1,
				(last[column - 1] ?? 0) + (same ? 0 : 1),
				isSwap ? (beforeLast[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
			);
		}
		beforeLast = last;
		last = current;
	}
	return last[to.length] ?? 0;
}
