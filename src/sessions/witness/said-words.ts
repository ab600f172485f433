/**
 * Whose words a record holds: the user's if the session's witness knows them, else only what the record says. What is missing or
 * was changed comes back as the witness has it. Pure.
 */
import { hashOf, type Witness, type WitnessedWords } from './witness.ts';

export interface SaidWords {
	/** The user's own. null: he said nothing there, or it is lost. */
	words: string | null;
	/** What the record holds in their place without a witness; null: nothing of that kind. */
	unconfirmed: string | null;
	/** He said something that neither the record nor the witness has. */
	isLost: boolean;
}

export const NOTHING_SAID: SaidWords = { words: null, unconfirmed: null, isLost: false };

/** Where the words are, by the record: a byte range of that prompt file. null: it is not there. */
export interface RecordedAt {
	prompt: Buffer | null;
	range: { start: number; end: number };
}

/** The words that turn `turn` worked on. null: its record names none. */
export function saidInTurn(witness: Witness, turn: number, recorded: RecordedAt | null): SaidWords {
	const known = witness.prompt(turn);
	const bytes = recorded === null ? null : exactly(recorded);
	if (bytes !== null && known?.sha256 === hashOf(bytes)) return { ...NOTHING_SAID, words: bytes.toString() };
	const words = known === null ? null : givenBack(known);
	// A file that is too short is torn; a witness can distinguish that from a changed one.
	const isTorn = bytes === null && known === null;
	const unconfirmed = recorded === null || isTorn ? null : wholeLines(recorded) || null;
	return { words, unconfirmed, isLost: words === null && unconfirmed === null };
}

function exactly({ prompt, range: { start, end } }: RecordedAt): Buffer | null {
	return prompt === null || prompt.length < end ? null : prompt.subarray(start, end);
}

/** Never part of a line: half a secret would not be recognized as one. */
function wholeLines({ prompt, range: { start, end } }: RecordedAt): string {
	if (prompt === null) return '';
	const from = start === 0 ? 0 : prompt.lastIndexOf(0x0a, start - 1) + 1;
	const to = prompt.indexOf(0x0a, end);
	return prompt.subarray(from, to < 0 ? undefined : to).toString();
}

/** The task of a session as its record has it. `lineage`: the witnesses of the session and those it continues, oldest first. */
export function saidAsObjective(lineage: readonly Witness[], recorded: string | null): SaidWords {
	const first = lineage.flatMap(({ words }) => words).find(({ kind }) => kind === 'objective');
	if (recorded === null) return NOTHING_SAID;
	if (first === undefined ? knownToAny(lineage, recorded) : first.sha256 === hashOf(recorded))
		return { ...NOTHING_SAID, words: recorded };
	return { words: first === undefined ? null : givenBack(first), unconfirmed: recorded, isLost: false };
}

/** The prompt that waits for an agent, as the session's record has it. `lineage` as above. */
export function saidAsPending(lineage: readonly Witness[], recorded: string): SaidWords {
	const said = lineage.at(-1)?.words ?? [];
	const sent = said.findLastIndex(({ kind }) => kind === 'prompt' || kind === 'objective');
	const kept = said.findLastIndex(({ kind }) => kind === 'pending');
	// Only the newest: words that were answered long ago are not pending again because a record says so.
	if ([said[sent], said[kept]].some((one) => one?.sha256 === hashOf(recorded)))
		return { ...NOTHING_SAID, words: recorded };
	const waiting = kept > sent ? said[kept] : undefined;
	return { words: waiting === undefined ? null : givenBack(waiting), unconfirmed: recorded, isLost: false };
}

export const knownToAny = (lineage: readonly Witness[], words: string): boolean =>
	lineage.some((witness) => witness.knows(words));

export interface SaidNote {
	kind: 'note' | 'shell';
	at: string;
	text: string;
	after_turn: number;
	exit_code?: number | null | undefined;
	by?: 'agent' | undefined;
}

export interface JudgedNote extends SaidNote {
	isConfirmed: boolean;
}

/** A session's own notes, oldest first: those of its record, and those that it lost. `lineage` as above. */
export function saidAsNotes(
	own: Witness,
	lineage: readonly Witness[],
	recorded: readonly SaidNote[],
): JudgedNote[] {
	const judged = recorded.map((note) => ({
		...note,
		isConfirmed: note.by === undefined && knownToAny(lineage, note.text),
	}));
	const hashes = new Set(recorded.map(({ text }) => hashOf(text)));
	const lost = own.words.flatMap((said): JudgedNote[] => {
		const text = said.kind === 'note' && !hashes.has(said.sha256) ? givenBack(said) : null;
		if (text === null) return [];
		return [{ kind: 'note', at: said.at, text, after_turn: said.turn, isConfirmed: true }];
	});
	if (lost.length === 0) return judged;
	return [...judged, ...lost].sort((a, b) => a.after_turn - b.after_turn || (a.at < b.at ? -1 : 1));
}

/** What the witness keeps of the words; null if it has only their hash. */
function givenBack({ words, bytes }: WitnessedWords): string | null {
	if (words === null) return null;
	const missing = bytes - Buffer.byteLength(words);
	return missing === 0 ? words : `${words}\n[the last ${missing} bytes are gone from the records]`;
}
