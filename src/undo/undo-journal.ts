import { basename } from 'node:path';
import * as v from 'valibot';
import { type EditPlace, editPlace, journalEntries, readJournal } from '../edits/edit-journal.ts';
import { undoPlaceFolder } from '../sessions/undo/undo-places.ts';
import { undoStepSchema } from '../sessions/undo/undo-step.ts';

/** The journal of the edits, with the step that is recorded once all are made. */
const undoJournalSchema = v.looseObject({ ...journalEntries, undo: undoStepSchema });
export type UndoJournal = v.InferOutput<typeof undoJournalSchema>;

export const undoPlace = (sessionFolder: string): EditPlace =>
	editPlace(undoPlaceFolder(sessionFolder), basename(sessionFolder));

/** null: nothing was written. Throws `damaged_record`. */
export const readUndoJournal = (place: EditPlace): UndoJournal | null =>
	readJournal(
		place,
		undoJournalSchema,
		'It lists what an interrupted undo replaced; the old files are next to it, in old/.',
	);
