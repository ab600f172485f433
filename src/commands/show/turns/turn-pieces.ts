/** Records of turns as they are printed: piece by piece, so that an answer of any size takes no memory. */
import { safeLine } from '../../../core/text.ts';
import type { PieceForm } from '../../command.ts';
import { fileTable } from '../../files/lines.ts';
import type { ShowData } from '../run.ts';
import { documentPieces } from './document-pieces.ts';
import {
	cutAt,
	drawnMarkdown,
	endedByBreak,
	safeJsonPieces,
	safePieces,
	withoutLastBreaks,
} from './safe-pieces.ts';
import type { RecordedFile, RecordedFiles, TurnStories } from './turns-on-disk.ts';

type Piece = string | Uint8Array;

export function showPieces(data: ShowData, form: PieceForm): Iterable<Piece> | null {
	if (data.kind !== 'files' && data.kind !== 'turns') return null;
	if (form.isJson) return data.kind === 'files' ? documentPieces(data) : null;
	const pieces = data.kind === 'files' ? recordPieces(data, form) : storyPieces(data, form);
	return cutAt(pieces, form.maxChars, form.theme.dim(`⋮ cut here; all of it: ${data.command}`));
}

/** As recorded. Between records that programs read there is no heading. */
function* recordPieces(
	{ files, view, isOfSeveral, command }: RecordedFiles,
	form: PieceForm,
): Generator<Piece> {
	if (view === 'raw' && form.isOnTerminal)
		yield form.theme.dim(`⋮ made safe for the terminal; the bytes: ${command} | cat`).concat('\n');
	const isForPeople = view !== 'state' && view !== 'events' && view !== 'raw';
	for (const [at, one] of files.entries()) {
		if (isForPeople && isOfSeveral) yield headingOf(one, at, form);
		const isEnded = form.isOnTerminal || (isForPeople && at < files.length - 1);
		const texts = textsOf(one, view);
		if (view === 'raw' && !form.isOnTerminal) yield* one.file.pieces();
		else yield* isEnded ? endedByBreak(texts) : texts;
	}
}

function textsOf({ file }: RecordedFile, view: RecordedFiles['view']): Iterable<string> {
	return view === 'state' || view === 'events' ? safeJsonPieces(file.pieces()) : safePieces(file.pieces());
}

/** What was said in each turn, and below it what the turn changed. */
function* storyPieces({ turns }: TurnStories, form: PieceForm): Generator<Piece> {
	for (const [at, { state, agent, file }] of turns.entries()) {
		if (turns.length > 1) yield headingOf({ turn: state.turn, agent }, at, form);
		if (file !== null) yield* endedByBreak(drawnMarkdown(withoutLastBreaks(safePieces(file.pieces())), form));
		if (state.files.length > 0) yield `${['', ...fileTable(state.files, form)].join('\n')}\n`;
	}
}

function headingOf(
	{ turn, agent }: Pick<RecordedFile, 'turn' | 'agent'>,
	at: number,
	form: PieceForm,
): string {
	const { bold, accent } = form.theme;
	return `${at === 0 ? '' : '\n'}${bold(`Turn ${turn}`)}  ${accent(safeLine(agent, 60))}\n\n`;
}
