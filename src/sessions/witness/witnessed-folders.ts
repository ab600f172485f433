import { join } from 'node:path';
import { isForeignFolder, namesIn } from '../../core/files/folders.ts';
import { readOrNull } from '../../core/files/read-file.ts';
import { WITNESS_END } from './witness.ts';
import { parseWitness } from './witness-file.ts';

/** As the relay writes it; the words of the user, which are most of a file, are not parsed. */
const BEGINNING = '{"kind":"session"';

/** Folders of sessions that this user's relays began or took over, wherever their repo is; they may be gone. */
export function witnessedFolders(witnessFolder: string): Set<string> {
	const folders = new Set<string>();
	if (isForeignFolder(witnessFolder)) return folders;
	for (const name of namesIn(witnessFolder, 'EACCES')) {
		if (!name.endsWith(WITNESS_END)) continue;
		const lines = readOrNull(join(witnessFolder, name))?.toString().split('\n') ?? [];
		for (const { line } of parseWitness(lines.filter((one) => one.startsWith(BEGINNING)).join('\n')))
			if (line.kind === 'session') folders.add(line.folder);
	}
	return folders;
}
