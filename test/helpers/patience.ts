/** More than one look at a busy machine takes; a longer gap is a machine that stood still. */
const LONGEST_STEP_MS = 1_000;

/**
 * True once `ms` have passed while this process ran. A virtual machine that is halted for a minute has hung nothing: each gap
 * between two calls counts for a second at most, so call it every few milliseconds.
 */
export function createPatience(ms: number): () => boolean {
	let spent = 0;
	let last = performance.now();
	return () => {
		const now = performance.now();
		spent += Math.min(now - last, LONGEST_STEP_MS);
		last = now;
		return spent > ms;
	};
}

/** Waits until `look` gives something; after a minute fails with what it waited for and `context`. */
export async function until<T>(
	look: () => T | null | undefined | false,
	waitedFor: string,
	context: () => string = () => '',
): Promise<T> {
	const isOver = createPatience(LONGEST_MS);
	// What has come by now is read before the first look, which is no look at an old screen.
	await new Promise((resolve) => setImmediate(resolve));
	for (;;) {
		const found = look();
		if (found) return found;
		if (isOver()) throw new Error(`waited ${LONGEST_MS} ms for ${waitedFor} ${context()}`);
		await new Promise((resolve) => setTimeout(resolve, 10));
	}
}

/** For what hangs, not for what is slow. */
const LONGEST_MS = 60_000;
