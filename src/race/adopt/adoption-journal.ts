import { basename, join } from 'node:path';
import * as v from 'valibot';
import {
	type EditPlace,
	editPlace,
	journalEntries,
	readJournal as readEdits,
} from '../../edits/edit-journal.ts';
import { ADOPT_FOLDER } from '../../sessions/files/session-paths.ts';

/** The journal of the edits, with what only a race knows. */
const adoptJournalSchema = v.looseObject({
	...journalEntries,
	entrant: v.string(),
	/** The commit that follows the files; null: none. */
	commit: v.nullable(v.string()),
});
export type AdoptJournal = v.InferOutput<typeof adoptJournalSchema>;

/** The place of one adoption: `adopt/` in the folder of the race's session. */
export const adoptPlace = (sessionFolder: string): EditPlace =>
	editPlace(join(sessionFolder, ADOPT_FOLDER), basename(sessionFolder));

/** null: no adoption was begun, or nothing of it was written. Throws `damaged_record`. */
export const readJournal = (place: EditPlace): AdoptJournal | null =>
	readEdits(
		place,
		adoptJournalSchema,
		'It lists what an interrupted adoption replaced; the old files are next to it, in old/.',
	);
