/** Words that records ascribe to the user and nobody witnessed: finds them, and reports them in one line. */
import type { LineageEntry } from '../../sessions/lineage/lineage.ts';
import { saidAsObjective, saidAsPending } from '../../sessions/witness/said-words.ts';
import { readSaidWords } from '../../turns/turn-records.ts';
import { ownNotes } from '../packet/own-notes.ts';

export interface UnconfirmedWords {
	session_id: string;
	kind: 'objective' | 'prompt' | 'pending' | 'note' | 'shell';
	/** The turn that the record gives for them; for a note the one before it; null for the others. */
	turn: number | null;
	text: string;
}

/** Oldest first. `lineage`: a session and those it continues. */
export function unconfirmedWords(lineage: readonly LineageEntry[]): UnconfirmedWords[] {
	const witnesses = lineage.map(({ witness }) => witness);
	const own = lineage.at(-1);
	if (own === undefined) return [];
	const { id, objective, checkpoint } = own.meta;
	const pending = checkpoint?.pending_prompt ?? null;
	return [
		...found(id, 'objective', null, saidAsObjective(witnesses, objective).unconfirmed),
		...lineage.flatMap(inSession),
		...found(id, 'pending', null, pending === null ? null : saidAsPending(witnesses, pending).unconfirmed),
	];
}

function inSession(entry: LineageEntry, at: number, lineage: readonly LineageEntry[]): UnconfirmedWords[] {
	const { meta, folder, turns, witness } = entry;
	const notes = ownNotes(entry, lineage.slice(0, at)).filter(
		({ isConfirmed, by }) => !isConfirmed && by === undefined,
	);
	return [
		...turns.flatMap((state) =>
			found(meta.id, 'prompt', state.turn, readSaidWords({ folder, state, witness }).unconfirmed),
		),
		...notes.flatMap(({ kind, after_turn, text }) => found(meta.id, kind, after_turn, text)),
	];
}

function found(
	session_id: string,
	kind: UnconfirmedWords['kind'],
	turn: number | null,
	text: string | null,
): UnconfirmedWords[] {
	return text === null ? [] : [{ session_id, kind, turn, text }];
}

const SHOWN = 4;

/** One line for people; null: all words are the user's. */
export function describeUnconfirmed(lineage: readonly LineageEntry[]): string | null {
	const ref = lineage.at(-1)?.meta.id.slice(-6);
	const all = unconfirmedWords(lineage);
	const unwitnessed = lineage.filter(({ witness }) => !witness.isOurs || witness.isTakenOver);
	const changed = all.filter((words) => !unwitnessed.some(({ meta }) => isOf(words, meta)));
	if (changed.length > 0) {
		const places = [...new Set(changed.map(placeOf))];
		const more = places.length > SHOWN ? ` and ${places.length - SHOWN} more` : '';
		return `Your words in session ${ref} were changed, or are not yours (${places.slice(0, SHOWN).join(', ')}${more}): agents get what you said where it is known, and the rest as a quote.`;
	}
	if (all.length === 0) return null;
	const refs = unwitnessed.map(({ meta }) => meta.id.slice(-6)).join(', ');
	return `No witness confirms what session ${refs} says that you said: it goes to agents as a quote, not as your words.`;
}

/** True for its own words, and for a first prompt that a later session takes over. */
function isOf(
	{ session_id, kind, text }: UnconfirmedWords,
	{ id, objective }: LineageEntry['meta'],
): boolean {
	return session_id === id || (kind === 'objective' && text === objective);
}

function placeOf({ kind, turn }: UnconfirmedWords): string {
	if (kind === 'prompt') return `turn ${turn}`;
	if (kind === 'objective') return 'the task';
	if (kind === 'pending') return 'the prompt that waits';
	return `${kind === 'note' ? 'a note' : 'a command'} after turn ${turn}`;
}
