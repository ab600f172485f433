/** The recorded versions of a worktree in order, and who worked between each and the next. Pure. */
import type { RecordedTurn } from './recorded-turns.ts';
import type { Worker } from './trace-lines.ts';

/** What was in the worktree from one look to the next. */
export interface Interval {
	before: string;
	after: string;
	worker: Worker;
	/** The time of the later look, epoch ms. */
	seenAt: number;
}

interface Look {
	at: number;
	tree: string;
}

/**
 * From the turns of one worktree, the oldest first, and its tree now. Between two looks either one turn worked all the time, or
 * nobody's, or it cannot be said. Intervals in which nothing changed are left out.
 */
export function intervalsOf(turns: readonly RecordedTurn[], now: Look): Interval[] {
	const spans = turns.map((turn, index) => ({ index, from: turn.startedAt, to: turn.endedAt, turn }));
	const looks: Look[] = turns
		.flatMap(({ before, after, startedAt, endedAt }) => [
			...(before === null ? [] : [{ at: startedAt, tree: before, isEnd: 0 }]),
			...(after === null || endedAt === null ? [] : [{ at: endedAt, tree: after, isEnd: 1 }]),
		])
		// A turn that ends in the millisecond in which another begins ended before it.
		.sort((a, b) => a.at - b.at || b.isEnd - a.isEnd);
	looks.push(now);
	return looks.flatMap((after, i) => {
		const before = looks[i - 1];
		if (before === undefined || before.tree === after.tree) return [];
		const during = spans.filter(({ from, to }) => from < after.at && (to ?? from + 1) > before.at);
		return [
			{ before: before.tree, after: after.tree, worker: workerIn(during, before, after), seenAt: after.at },
		];
	});
}

interface Span {
	index: number;
	from: number;
	/** null: nobody knows. */
	to: number | null;
	turn: RecordedTurn;
}

function workerIn(during: readonly Span[], before: Look, after: Look): Worker {
	const [only, ...others] = during;
	if (only === undefined) return { kind: 'nobody' };
	if (others.length > 0) return { kind: 'unknown', why: 'overlap' };
	const { from, to, turn, index } = only;
	const isWhole = from <= before.at && to !== null && to >= after.at;
	if (!isWhole || turn.before === null || turn.after === null) return { kind: 'unknown', why: 'no_snapshot' };
	return turn.mayWrite ? { kind: 'turn', turn: index } : { kind: 'unknown', why: 'no_tool' };
}
