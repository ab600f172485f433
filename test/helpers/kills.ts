/**
 * How many kills a campaign makes: `usual`; with `RELAY_CRASH_KILLS=N` that many, which makes it larger; with
 * `RELAY_CRASH_KILLS=half`, as in `.ci/run`, half of it.
 */
export function killCount(usual: number): number {
	const asked = process.env.RELAY_CRASH_KILLS ?? '';
	if (asked === '') return usual;
	return asked === 'half' ? Math.ceil(usual / 2) : Number(asked);
}

/** Halvings after which a kill comes before the command has begun. */
const MOST_EARLIER = 8;

/**
 * When each run of a command is killed, in ms after its start, to leave it in every stage: first null, for the one that runs to its
 * end and says how long that takes; then `count` instants from `from` (0 to 1) of that time to all of it; then, where the machine was
 * so busy during the first that all of these came too late, ever earlier ones.
 */
export function* killTimes(
	count: number,
	{ from, tookMs, allTooLate }: { from: number; tookMs: () => number; allTooLate: () => boolean },
): Generator<number | null> {
	yield null;
	for (let at = 1; at <= count; at++) yield tookMs() * (from + ((1 - from) * at) / count);
	for (let at = 1; at <= MOST_EARLIER && allTooLate(); at++) yield (tookMs() * from) / 2 ** at;
}
