/** What the turns of a session changed, from snapshots of the tree. Locks nothing. */
import { RelayError } from '../../core/errors.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import type { LineageEntry } from '../../sessions/lineage/lineage.ts';
import type { Body } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { type LineageDiff, lineageDiff, type TurnRange } from './lineage-diff.ts';

interface DiffOptions {
	ref: string | null;
	/** As `turn`, typed in the shell. */
	at: number | null;
	turn: number | null;
	from: number | null;
	to: number | null;
	own: boolean;
	stat: boolean;
	word: boolean;
	json: boolean;
}

/** null: nothing was sent yet. */
export type DiffData = (LineageDiff & { isStat: boolean; isByWord: boolean }) | null;

export const diff: Body<DiffOptions, DiffData> = {
	async run(context, options) {
		const { own, stat: isStat, word: isByWord, json } = options;
		const range = rangeOf(options);
		if (isStat && isByWord)
			throw new RelayError('usage', '--stat and --word show different things.', {
				hint: 'Give one of them.',
			});
		const whole = await lineageOf(context, options.ref);
		if (whole === null) return { exitCode: EXIT.done, data: null };
		const lineage = own || range !== null ? whole.slice(-1) : whole;
		const found = await lineageDiff(context, lineage, range, {
			undoneIn: whole,
			...(isByWord ? { isByWord } : {}),
			isWithFiles: isStat || json,
			isWithText: !isStat || json,
		});
		return { exitCode: EXIT.done, data: { ...found, isStat, isByWord } };
	},
	toJson: (data) => data && { ...toDocument(data) },
};

/** `show --diff` prints the same of it. */
function toDocument({ id, range, before, after, diff: text, files, undone }: LineageDiff) {
	const turn = range !== null && range.from === range.to ? range.from : null;
	return {
		id,
		turn,
		from: range?.from ?? null,
		to: range?.to ?? null,
		before,
		after,
		undone,
		files,
		diff: text,
	};
}

/** null: all turns. */
function rangeOf({ at, turn, from, to }: DiffOptions): TurnRange | null {
	const only = at ?? turn;
	if (only === null && from === null && to === null) return null;
	if (only !== null && (from !== null || to !== null))
		throw new RelayError('usage', 'One turn and a range of turns were given.', {
			hint: 'Give either --turn, or --from and --to.',
		});
	if (from !== null && to !== null && from > to)
		throw new RelayError('usage', `--from ${from} is after --to ${to}.`);
	return only === null ? { from, to } : { from: only, to: only };
}

/** The session at hand in the shell; null before its first prompt. */
async function lineageOf(
	{ conversation, store }: CommandContext,
	ref: string | null,
): Promise<LineageEntry[] | null> {
	const sessions = await store();
	if (conversation === null) return sessions.lineage(sessions.resolve(ref ?? 'latest'));
	const session = conversation.session();
	return session === null ? null : sessions.lineage(session.id);
}
