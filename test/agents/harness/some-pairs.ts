/**
 * `RELAY_TEST_PAIRS=some`: of what is tried with each CLI in each of several ways, as many as cover each CLI and each way. Default: all.
 */
export const isSome = process.env.RELAY_TEST_PAIRS === 'some';

/** The cases that are tried, and those that `some` leaves out: all but those that `isKept` keeps. */
export function splitSome<T>(
	cases: readonly T[],
	isKept: (one: T, at: number) => boolean,
): { tried: T[]; left: T[] } {
	const isTried = (one: T, at: number) => !isSome || isKept(one, at);
	return { tried: cases.filter(isTried), left: cases.filter((one, at) => !isTried(one, at)) };
}

/** Behind the name of what is skipped for it. */
export const LEFT_OUT = '(left out by RELAY_TEST_PAIRS=some)';
