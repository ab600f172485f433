/** How much longer the long input is than a short one. */
const TIMES = 64;
const MOST_ROUNDS = 8;
/** Nothing that a further round could tell better. */
const CLEAR = 2;

/** Growth that is still linear: a square has 64, and a busy machine may make 1 look like several. */
export const LINEAR = 16;

/**
 * How much more `work` takes for one long input than for 64 short ones of the same length in sum: about 1 where it grows with
 * the input, 64 where it grows with its square. Both take alike long, so a busy machine slows both alike; the fastest of
 * some rounds counts.
 */
export function growthOf(work: (units: number) => void, units = 1_000): number {
	let short = Number.POSITIVE_INFINITY;
	let long = Number.POSITIVE_INFINITY;
	work(units);
	for (let round = 0; round < MOST_ROUNDS && !(long / short < CLEAR); round++) {
		short = Math.min(
			short,
			timeOf(() => repeat(() => work(units))),
		);
		long = Math.min(
			long,
			timeOf(() => work(units * TIMES)),
		);
	}
	return long / short;
}

function repeat(work: () => void): void {
	for (let time = 0; time < TIMES; time++) work();
}

function timeOf(work: () => void): number {
	const start = performance.now();
	work();
	return performance.now() - start;
}
