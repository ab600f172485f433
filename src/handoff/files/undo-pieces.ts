/** What the user took back of turns, for the next agent: the relay's words, with names of files quoted. */
import { formatPlural } from '../../core/plural.ts';
import { safeLine } from '../../core/text.ts';
import { fenceRelay, quoteRecord } from '../fence.ts';
import type { PacketInput, PacketUndo } from '../packet-input.ts';
import type { Piece } from '../pieces/budget.ts';

const UNDONE = 280;
const MAX_PATHS = 20;
const MAX_PATH_CHARS = 160;

type Label = (place: { sessionId: string; turn: number }) => string;

/** What the successor has not been told, oldest first; an undo that was redone meanwhile is left out. */
export function missedUndos({ lineage, since }: Pick<PacketInput, 'lineage' | 'since'>): PacketUndo[] {
	const known = since === null ? -1 : lineage.findIndex(({ id }) => id === since.sessionId);
	const missed = lineage.flatMap(({ undos = [] }, at) =>
		undos.filter(
			({ afterTurn }) => at > known || (at === known && since !== null && afterTurn >= since.turn),
		),
	);
	const isOf = ({ of }: PacketUndo, { id }: PacketUndo) => of === id;
	const redone = missed.filter((undo) => missed.some((redo) => isOf(redo, undo)));
	return missed.filter((one) => !redone.includes(one) && !redone.some((undo) => isOf(one, undo)));
}

export function undoPieces(
	undos: readonly PacketUndo[],
	label: Label,
	quote: (text: string) => string,
	clean: (text: string) => string,
): Piece[] {
	return undos.map((undo, order) => {
		const line = lineOf(undo, label);
		const names = namesOf(undo.paths, undo.files, clean);
		const left =
			undo.left.length === 0 ? '' : `; left as they were: ${namesOf(undo.left, undo.left.length, clean)}`;
		return {
			section: 'undone',
			priority: UNDONE + order / 1000,
			order,
			variants: [`${line}: ${names}${left}`, line].map(quote),
			data: {
				kind: undo.kind,
				turns: undo.turns.map(({ sessionId, turn }) => ({ session_id: sessionId, turn })),
				files: undo.files,
				paths: undo.paths.map(clean),
				left: undo.left.map(clean),
			},
		};
	});
}

/**
 * The note for an agent that resumes its own conversation; empty: nothing was taken back. `isInChat`: for a participant, among what
 * others did; else it stands before the user's next prompt.
 */
export function undoNote(
	undos: readonly PacketUndo[],
	{
		label,
		inert,
		redact,
		isInChat = false,
	}: { label: Label; inert: (text: string) => string; redact: (text: string) => string; isInChat?: boolean },
): string {
	if (undos.length === 0) return '';
	const lines = undos.flatMap((undo) => [
		`${lineOf(undo, label)}. Their names, quoted:\n`,
		quoteRecord(inert(namesOf(undo.paths, undo.files, redact))),
	]);
	const ending = isInChat ? '' : " The user's next prompt follows this note.";
	const text = `This note is agent-relay's, not the user's.\n${lines.join('')}${ADVICE}${ending}\n`;
	return `${fenceRelay(text)}\n`;
}

const ADVICE =
	'Read files again before you build on them, and do not repeat what was taken back unless the user asks for it.';

function lineOf({ kind, turns, files }: PacketUndo, label: Label): string {
	const which = turns.map(label).join(', ');
	const count = formatPlural(files, 'file');
	return kind === 'undo'
		? `The user took back ${which}: ${count} as before`
		: `The user brought back ${which}: ${count} as after`;
}

function namesOf(paths: readonly string[], count: number, clean: (text: string) => string): string {
	const named = paths.slice(0, MAX_PATHS).map((path) => safeLine(clean(path), MAX_PATH_CHARS));
	const more = count - named.length;
	return named.join(', ') + (more > 0 ? ` and ${more} more` : '');
}
