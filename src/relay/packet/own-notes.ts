import type { LineageEntry } from '../../sessions/lineage/lineage.ts';
import { type JudgedNote, saidAsNotes } from '../../sessions/witness/said-words.ts';

type Entry = Pick<LineageEntry, 'meta' | 'witness' | 'until'>;

/**
 * The notes that were made in a session itself: a child's record begins with copies of its parent's. `before`: the sessions it
 * continues, oldest first.
 */
export function ownNotes({ meta, witness, until }: Entry, before: readonly Entry[]): JudgedNote[] {
	const copied = new Set(before.at(-1)?.meta.notes.map(noteKey));
	const own = meta.notes.filter((note) => !copied.has(noteKey(note)));
	const notes = saidAsNotes(witness, [...before.map((one) => one.witness), witness], own);
	return until === undefined ? notes : notes.filter(({ after_turn }) => after_turn <= until);
}

type Note = LineageEntry['meta']['notes'][number];

const noteKey = ({ at, kind, text }: Note) => JSON.stringify([at, kind, text]);
