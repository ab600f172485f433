import {
	findOddFile,
	findOddFileAnywhere,
	type GitPlace,
	isOdd,
	isReadAt,
	oddFileError,
} from './odd-files.ts';

/** A run of git that takes longer may be waiting for a pipe; most take milliseconds. */
const LOOK_AFTER_MS = 2_000;

export interface OddFileGuard {
	/**
	 * Returns the result of `run`. Throws `unreadable_file` before it starts, or ends it, if git would wait for a pipe or a device;
	 * one found once is checked first from then on. `run` throws the reason of its signal.
	 */
	guard<T extends { timedOut: boolean }>(
		place: GitPlace,
		timeoutMs: number,
		run: (signal: AbortSignal) => Promise<T>,
	): Promise<T>;
}

export function createOddFileGuard(): OddFileGuard {
	const met = new Set<string>();
	const meet = (path: string) => {
		met.add(path);
		return oddFileError(path);
	};
	return {
		guard: async (place, timeoutMs, run) => {
			const odd = [...met].find((path) => isOdd(path) && isReadAt(path, place)) ?? findOddFile(place);
			if (odd !== null) throw oddFileError(odd);
			const stop = new AbortController();
			const look = () => {
				const found = findOddFileAnywhere(place);
				if (found !== null) stop.abort(meet(found));
			};
			const timer = timeoutMs > LOOK_AFTER_MS ? setTimeout(look, LOOK_AFTER_MS) : undefined;
			try {
				const result = await run(stop.signal);
				const found = result.timedOut && timer === undefined ? findOddFileAnywhere(place) : null;
				if (found !== null) throw meet(found);
				return result;
			} finally {
				clearTimeout(timer);
			}
		},
	};
}
