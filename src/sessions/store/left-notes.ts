/**
 * Notes of agents for a session that a relay works in: only that relay may write its record, so a note waits beside it as a file
 * of its own, and the relay takes it into the record. Anything may lie there, so what is no note is left out.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import * as v from 'valibot';
import { fromIso } from '../../core/clock.ts';
import { ensureFolder, namesIn } from '../../core/files/folders.ts';
import { readJsonOrNull } from '../../core/files/read-file.ts';
import { removeIfThere, writeAtomic } from '../../core/files/write-file.ts';
import type { SessionNote } from '../session-meta.ts';

export const MAX_NOTE_CHARS = 4000;
/** In one look: an agent in a loop must not fill the record. */
const MAX_AT_ONCE = 50;
const NAME = /^note-[\dTZ]+-[0-9a-f]{8}\.json$/;

const noteSchema = v.object({
	at: v.pipe(
		v.string(),
		v.check((text) => fromIso(text) !== null),
	),
	text: v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_NOTE_CHARS)),
});

const folderIn = (session: string) => join(session, 'left-notes');

/** `folder`: of the session. Throws system errors. */
export function leaveNote(folder: string, { at, text }: Pick<SessionNote, 'at' | 'text'>): void {
	const place = folderIn(folder);
	ensureFolder(place);
	const name = `note-${at.replace(/[-:.]/g, '')}-${randomBytes(4).toString('hex')}.json`;
	writeAtomic(join(place, name), `${JSON.stringify({ at, text })}\n`);
}

/**
 * Those that wait, oldest first, without those of `kept`, which a relay that died has kept and not removed. `remove` takes them from
 * their place: call it once they are kept.
 */
export function leftNotes(
	folder: string,
	kept: ReadonlyArray<Pick<SessionNote, 'at' | 'text'>>,
): { notes: Pick<SessionNote, 'at' | 'text'>[]; remove: () => void } {
	const place = folderIn(folder);
	const names = namesIn(place)
		.filter((name) => NAME.test(name))
		.sort()
		.slice(0, MAX_AT_ONCE);
	const isKept = (note: Pick<SessionNote, 'at' | 'text'>) =>
		kept.some(({ at, text }) => at === note.at && text === note.text);
	const notes = names.flatMap((name) => {
		const note = v.safeParse(noteSchema, readJsonOrNull(join(place, name)));
		return note.success && !isKept(note.output) ? [note.output] : [];
	});
	const remove = () => {
		for (const name of names) removeIfThere(join(place, name));
	};
	return { notes, remove };
}
