/** The rows of the last search, for `--continue N`. */
import { join } from 'node:path';
import { RelayError } from '../../core/errors.ts';
import { ensureFolder } from '../../core/files/folders.ts';
import { readRegularText } from '../../core/files/read-file.ts';
import { writeAtomic } from '../../core/files/write-file.ts';
import type { CommandContext } from '../context.ts';

type Paths = Pick<CommandContext, 'paths'>['paths'];

const pathIn = ({ stateHome }: Paths) => join(stateHome, 'last-search.json');

/** `refs`: of the conversation of each row. A place that cannot be written keeps nobody from searching. */
export function keepSearch(paths: Paths, refs: readonly string[]): void {
	try {
		ensureFolder(paths.stateHome);
		writeAtomic(pathIn(paths), `${JSON.stringify({ refs })}\n`);
	} catch (error) {
		if (!(error instanceof RelayError)) throw error;
	}
}

/** null: there was none, or it cannot be read. */
export function keptSearch(paths: Paths): string[] | null {
	const text = readRegularText(pathIn(paths));
	if (text === null) return null;
	try {
		const read: unknown = JSON.parse(text);
		const refs = typeof read === 'object' && read !== null && 'refs' in read ? read.refs : null;
		return Array.isArray(refs) ? refs.filter((ref) => typeof ref === 'string') : null;
	} catch {
		return null;
	}
}
