import { join } from 'node:path';
import { isForeignFolder, namesIn } from '../../core/files/folders.ts';
import { readOrNull } from '../../core/files/read-file.ts';
import { WITNESS_END } from './witness.ts';
import { parseWitness } from './witness-file.ts';

/** As the relay writes it; the words of the user, which are most of a file, are not parsed. */
const BEGINNING = '{"kind":"session"';

/** Folders of sessions that this user's relays began or took over, wherever their repo is; they may be gone. */
export function witnessedFolders(witnessFolder: string): Set<string> {
	return new Set(witnessNames(witnessFolder).flatMap((name) => sessionFolders(witnessFolder, name)));
}

/** The witnesses of a folder, by the names of their files; each name is a session's id and an ending. */
export function witnessNames(witnessFolder: string): string[] {
	if (isForeignFolder(witnessFolder)) return [];
	return namesIn(witnessFolder, 'EACCES').filter((name) => name.endsWith(WITNESS_END));
}

/** Where the records of that witness's session were; the last is the newest. */
export function sessionFolders(witnessFolder: string, name: string): string[] {
	const lines = readOrNull(join(witnessFolder, name))?.toString().split('\n') ?? [];
	return parseWitness(lines.filter((one) => one.startsWith(BEGINNING)).join('\n')).flatMap(({ line }) =>
		line.kind === 'session' ? [line.folder] : [],
	);
}
