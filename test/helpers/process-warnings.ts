/** A warning of Node (a leak of listeners, something deprecated) reaches the user's screen; tests fail on the first one. */

/** As Node prints it: `(node:123) MaxListenersExceededWarning: …`. */
const PRINTED = /^\(node:\d+\) .*(?:Warning|\[DEP\d+\]).*$/m;

/** Throws with the warning that a program printed. */
export function refuseWarnings(printed: string): void {
	const found = PRINTED.exec(printed)?.[0];
	if (found !== undefined) throw new Error(`the program printed a process warning: ${found}`);
}
