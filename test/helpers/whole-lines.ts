import { existsSync, readFileSync } from 'node:fs';

/** The lines of a file that somebody writes to: none of one that is not there yet, and not one that is only half there. */
export const wholeLines = (path: string): string[] =>
	existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
