/**
 * What this user's relay knows of a session that no record can change: whether it began it, and what the user said in it. A
 * relay relies on what it holds in memory; the file informs the next one.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type Clock, toIso } from '../../core/clock.ts';
import type { SessionId } from '../../core/ids.ts';
import { MAX_WORDS_BYTES, WITNESS_VERSION, type WitnessLine, type WordsLine } from './witness-file.ts';
import { WitnessJournal } from './witness-journal.ts';

/** What the user said, as it was sent. */
export interface WitnessedWords extends Pick<WordsLine, 'kind' | 'turn' | 'at' | 'sha256' | 'bytes'> {
	/** For a prompt: the byte range, and the turn whose prompt file it is in. */
	range: { turn: number; start: number; end: number } | null;
	/** null: only their hash is known. Shorter than `bytes`: the rest is not kept. */
	words: string | null;
}

export type NewWords = Pick<WitnessedWords, 'kind' | 'turn'> & {
	range?: WitnessedWords['range'];
	words: string | Buffer;
};

export class Witness {
	readonly #journal: WitnessJournal;
	readonly #id: SessionId;
	readonly #clock: Pick<Clock, 'now'>;
	readonly #words: WitnessedWords[] = [];
	readonly #whole = new Map<string, string>();
	readonly #folders = new Set<string>();
	#isTakenOver = false;
	#isHeld = false;

	constructor(path: string, id: SessionId, clock: Pick<Clock, 'now'>) {
		this.#journal = new WitnessJournal(path);
		this.#id = id;
		this.#clock = clock;
	}

	get path(): string {
		return this.#journal.path;
	}

	/** Whether this user's relay began the session, or the user accepted it. */
	get isOurs(): boolean {
		return this.#folders.size > 0;
	}

	/** Where its records were when relays opened it; empty: not ours. */
	get folders(): ReadonlySet<string> {
		return this.#folders;
	}

	/** Whether another began it and the user accepted it. */
	get isTakenOver(): boolean {
		return this.#isTakenOver;
	}

	/** Oldest first. */
	get words(): readonly WitnessedWords[] {
		return this.#words;
	}

	/** What turn `turn` was sent; null: not known. */
	prompt(turn: number): WitnessedWords | null {
		return this.#words.find((one) => one.kind === 'prompt' && one.turn === turn) ?? null;
	}

	/** Whether exactly this was said, at any point. */
	knows(words: string | Buffer, as?: WitnessedWords['kind']): boolean {
		const hash = hashOf(words);
		return this.#words.some(({ kind, sha256 }) => sha256 === hash && (as === undefined || kind === as));
	}

	/** While this process has the session open, nobody else adds to the file. */
	hold(): void {
		this.#isHeld = true;
	}

	letGo(): void {
		this.#isHeld = false;
	}

	/** Takes in what the file holds and is not known yet; what is known stays. */
	read(): void {
		if (this.#isHeld) return;
		for (const line of this.#journal.read()) this.#takeIn(line);
	}

	/** For a session in which nothing was said. */
	remove(): void {
		this.#isHeld = false;
		this.#journal.remove();
	}

	/** From now on the session is ours, with its records in `folder`; `said` as in `add`. Durable with the next `settle`. */
	begin(
		folder: string,
		{ isAccepted = false, said = [] }: { isAccepted?: boolean; said?: readonly NewWords[] } = {},
	): void {
		if (this.#folders.has(folder)) return;
		const beginning: WitnessLine = {
			kind: 'session',
			schema_version: WITNESS_VERSION,
			session_id: this.#id,
			folder,
			at: this.#now(),
			...(isAccepted ? { accepted: true } : {}),
		};
		this.#append([beginning, ...said.flatMap((words) => this.#lineOf(words))]);
	}

	/** What the user said now. Durable with the next `settle`; what is said twice at one place is kept once. */
	add(words: NewWords): void {
		this.#append(this.#lineOf(words));
	}

	/** Notes that turn `turn` is sent again what `range` of an earlier one holds, if that is known. */
	repeat(turn: number, range: NonNullable<WitnessedWords['range']>): void {
		const known = this.prompt(range.turn);
		if (known === null || this.prompt(turn)?.sha256 === known.sha256) return;
		const { sha256, bytes } = known;
		const { turn: in_turn, start, end } = range;
		this.#append([{ kind: 'prompt', at: this.#now(), turn, sha256, bytes, in_turn, start, end }]);
	}

	#lineOf({ kind, turn, range = null, words }: NewWords): WordsLine[] {
		const bytes = typeof words === 'string' ? Buffer.from(words) : words;
		const sha256 = hashOf(bytes);
		if (this.#words.some((one) => one.kind === kind && one.turn === turn && one.sha256 === sha256)) return [];
		const isKept = kind !== 'shell' && !this.#whole.has(sha256);
		this.#whole.set(sha256, bytes.toString());
		return [
			{
				kind,
				at: this.#now(),
				turn,
				sha256,
				bytes: bytes.length,
				...(range === null ? {} : { in_turn: range.turn, start: range.start, end: range.end }),
				...(isKept ? { words: beginningOf(bytes) } : {}),
			},
		];
	}

	/** Resolves once all that was added is on disk; a failure becomes the `problem`. Never rejects. */
	settle(): Promise<void> {
		return this.#journal.settle();
	}

	/** Why the file does not hold what it should, once; null: it does, or that was already reported. */
	takeProblem(): string | null {
		return this.#journal.takeProblem();
	}

	/** Why nothing is known of the session, as the end of a sentence; null: there is no file. */
	get problem(): string | null {
		return this.#journal.problem;
	}

	#now(): string {
		return toIso(this.#clock.now());
	}

	#append(lines: readonly WitnessLine[]): void {
		if (lines.length === 0) return;
		for (const line of lines) this.#takeIn(line);
		this.#journal.append(lines);
	}

	/** The last prompt of a turn counts: a relay that dies before its prompt is on record leaves one that was never sent. */
	#takeIn(line: WitnessLine): void {
		if (line.kind === 'session') {
			if (line.session_id !== this.#id) return;
			this.#isTakenOver ||= line.accepted === true;
			this.#folders.add(line.folder);
			return;
		}
		const { kind, turn, at, sha256, bytes, in_turn, start, end } = line;
		const before = this.#words.findIndex(
			(one) => one.kind === kind && one.turn === turn && (kind === 'prompt' || one.sha256 === sha256),
		);
		if (before >= 0) this.#words.splice(before, 1);
		const range =
			in_turn === undefined || start === undefined || end === undefined
				? null
				: { turn: in_turn, start, end };
		this.#words.push({ kind, turn, at, sha256, bytes, range, words: this.#wordsOf(line) });
	}

	/** The whole words if known, else what the line holds of them; null if they do not match their own hash. */
	#wordsOf({ sha256, bytes, words }: WordsLine): string | null {
		const known = this.#whole.get(sha256);
		if (known !== undefined || words === undefined) return known ?? null;
		if (Buffer.byteLength(words) < bytes) return words;
		if (hashOf(words) !== sha256) return null;
		this.#whole.set(sha256, words);
		return words;
	}
}

export interface Witnesses {
	/** The witness as this process knows it, with what the file holds by now. Never throws. */
	of(id: SessionId): Witness;
	/** The witness of a session that this process has just made: nobody has added to it yet. */
	ofNew(id: SessionId): Witness;
}

/** `folder`: `$XDG_STATE_HOME/agent-relay/witness`. One per process, which forgets nothing that was said in it. */
export function createWitnesses(folder: string, clock: Pick<Clock, 'now'>): Witnesses {
	const known = new Map<SessionId, Witness>();
	const knownOf = (id: SessionId): Witness => {
		const witness = known.get(id) ?? new Witness(join(folder, `${id}${WITNESS_END}`), id, clock);
		known.set(id, witness);
		return witness;
	};
	return {
		of(id) {
			const witness = knownOf(id);
			witness.read();
			return witness;
		},
		ofNew: knownOf,
	};
}

export const WITNESS_END = '.jsonl';

export const hashOf = (words: string | Buffer) => createHash('sha256').update(words).digest('hex');

/** Without half a character at its end. */
function beginningOf(bytes: Buffer): string {
	if (bytes.length <= MAX_WORDS_BYTES) return bytes.toString();
	let end = MAX_WORDS_BYTES;
	while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
	return bytes.subarray(0, end).toString();
}
