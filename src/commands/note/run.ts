/** An agent's note: it goes where `/note` of the shell goes, marked as an agent's, so that nobody takes it for the user's words. */
import { toIso } from '../../core/clock.ts';
import { RelayError } from '../../core/errors.ts';
import { explainingWrites } from '../../core/files/write-failure.ts';
import { parseSessionId } from '../../core/ids.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import { leaveNote, MAX_NOTE_CHARS } from '../../sessions/store/left-notes.ts';
import { addNotes } from '../../sessions/transitions.ts';
import type { Body } from '../command.ts';

interface NoteOptions {
	/** null: the session in whose turn this program runs, else the latest. */
	ref: string | null;
	text: string | null;
}

export interface NoteData {
	id: string;
	text: string;
	/** A relay works in the session, and takes the note into its record by itself. */
	isWaiting: boolean;
}

export const note: Body<NoteOptions, NoteData> = {
	async run({ store: open, parentTurn, clock }, { ref, text: typed }) {
		const text = requireText(typed ?? '');
		const store = await open();
		const [calledFrom = ''] = (parentTurn ?? '').split('/');
		const id = ref === null ? (parseSessionId(calledFrom) ?? store.resolve('latest')) : store.resolve(ref);
		const at = toIso(clock.now());
		const noted = {
			at,
			kind: 'note' as const,
			text,
			by: 'agent' as const,
			after_turn: store.read(id).turn_count,
		};
		try {
			store.change(id, addNotes, { notes: [noted] });
			return { exitCode: EXIT.done, data: { id, text, isWaiting: false } };
		} catch (error) {
			if (!(error instanceof RelayError) || error.code !== 'session_locked') throw error;
			const folder = store.folderOf(id);
			explainingWrites(folder, () => leaveNote(folder, { at, text }));
			return { exitCode: EXIT.done, data: { id, text, isWaiting: true } };
		}
	},
	toJson: ({ id, text, isWaiting }) => ({ session: id, text, waiting: isWaiting }),
};

/** Throws RelayError `usage`. */
function requireText(typed: string): string {
	const text = typed.trim();
	if (text === '') throw new RelayError('usage', 'Nothing to note.');
	if (text.length <= MAX_NOTE_CHARS) return text;
	throw new RelayError('usage', `A note has at most ${MAX_NOTE_CHARS} characters, not ${text.length}.`, {
		hint: 'Write the rest into a file of the repo, and note its path.',
	});
}
