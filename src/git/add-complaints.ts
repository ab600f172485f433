/** Reads which paths `git add --ignore-errors` left out (messages of `LC_ALL=C`). */

/** A repo inside this one without a commit of its own. */
const WITHOUT_COMMIT = /^error: '(.+?)\/?' does not have a commit checked out$/gm;
const UNREADABLE = [
	/^error: open\("(.+)"\): /gm,
	/^warning: could not open directory '(.+?)\/?': /gm,
	/^error: unable to index file '(.+)'$/gm,
];

export const embeddedWithoutCommit = (stderr: string): string[] => namesIn(stderr, WITHOUT_COMMIT);

export const unreadablePaths = (stderr: string): string[] =>
	UNREADABLE.flatMap((pattern) => namesIn(stderr, pattern));

function namesIn(stderr: string, pattern: RegExp): string[] {
	return [...stderr.matchAll(pattern)].map(([, name = '']) => name);
}
