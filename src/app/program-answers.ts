/** What programs said of themselves, remembered in a small file: by path, for as long as `askedOf` is the same. */
import { dirname } from 'node:path';
import { ensureFolder } from '../core/files/folders.ts';
import { readIfThere } from '../core/files/read-file.ts';
import { writeAtomic } from '../core/files/write-file.ts';

export interface ProgramAnswers {
	/** null: it was not asked, or is another program since. */
	read(executable: string, askedOf: string): string | null;
	/** Where the file cannot be written, the program is asked again. */
	keep(executable: string, askedOf: string, answer: string): void;
}

type Entries = Record<string, { asked_of: string; answer: string }>;

export function openProgramAnswers(file: string): ProgramAnswers {
	return {
		read(executable, askedOf) {
			const entry = readEntries(file)[executable];
			return entry?.asked_of === askedOf ? entry.answer : null;
		},
		keep(executable, askedOf, answer) {
			const entries = { ...readEntries(file), [executable]: { asked_of: askedOf, answer } };
			try {
				ensureFolder(dirname(file));
				writeAtomic(file, JSON.stringify(entries, null, '\t'));
			} catch {
				// It is a cache.
			}
		},
	};
}

/** What cannot be read is empty. */
function readEntries(file: string): Entries {
	try {
		const parsed: unknown = JSON.parse(readIfThere(file)?.toString() ?? '{}');
		return isEntries(parsed) ? parsed : {};
	} catch {
		return {};
	}
}

function isEntries(value: unknown): value is Entries {
	if (typeof value !== 'object' || value === null) return false;
	return Object.values(value).every(
		(entry) => typeof entry?.asked_of === 'string' && typeof entry?.answer === 'string',
	);
}
