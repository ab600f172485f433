/** Which files of which turns a view prints. Nothing of them is read here. */
import { RelayError } from '../../../core/errors.ts';
import type { FilePieces } from '../../../core/files/read-pieces.ts';
import { recordPieces } from '../../../sessions/files/json-record.ts';
import { insideSession, turnFile } from '../../../sessions/files/session-paths.ts';
import type { LineageEntry } from '../../../sessions/lineage/lineage.ts';
import { participantOf, type TurnState } from '../../../sessions/turns/turn-state.ts';
import { findTurn } from '../../diff/find-turn.ts';
import type { TurnRange } from '../../diff/lineage-diff.ts';
import { FILE_OF_VIEW, type FileView } from '../wanted.ts';

export interface RecordedFile {
	turn: number;
	/** Who worked; of a chat the participant. */
	agent: string;
	file: FilePieces;
}

export interface RecordedFiles {
	/** The session's. */
	id: string;
	view: FileView | 'packet';
	files: readonly RecordedFile[];
	/** More turns than one were asked for, whether or not each has the file. */
	isOfSeveral: boolean;
	/** That prints the same on the command line, and all of it. */
	command: string;
}

export interface TurnStories {
	id: string;
	/** `file`: the transcript; null: there is none. */
	turns: ReadonlyArray<{ state: TurnState; agent: string; file: FilePieces | null }>;
	/** As of `RecordedFiles`. */
	command: string;
}

/** The last one of a lineage. */
export function ownEntry(lineage: readonly LineageEntry[]): LineageEntry {
	const own = lineage.at(-1);
	if (own === undefined) throw new Error('a lineage without its session');
	return own;
}

/**
 * Up to the session that the user means by the number of a turn: one that was just resumed has none yet, and what is on the screen
 * are those of the session it continues.
 */
export function upToTurns(lineage: readonly LineageEntry[]): readonly LineageEntry[] {
	const at = lineage.findLastIndex(({ turns }) => turns.length > 0);
	return at < 0 ? lineage : lineage.slice(0, at + 1);
}

/** Throws `not_found` for a turn that is not there, with those that are. */
export function turnsOf(own: LineageEntry, { from, to }: TurnRange): TurnState[] {
	for (const turn of [from, to]) if (turn !== null) findTurn(own, turn);
	return own.turns.filter(({ turn }) => turn >= (from ?? 1) && turn <= (to ?? turn));
}

export function turnStories(own: LineageEntry, range: TurnRange): TurnStories {
	const states = turnsOf(own, range);
	const turns = states.map((state) => ({
		state,
		agent: participantOf(state),
		file: recordPieces(turnFile(own.folder, state.turn, 'output.md')),
	}));
	return { id: own.meta.id, turns, command: commandOf(own, states, '') };
}

/** The last turn where none is named. Throws `not_found` where none of them has the file, or anything in it. */
export function recordedFiles(own: LineageEntry, view: FileView, range: TurnRange | null): RecordedFiles {
	const states = range === null ? own.turns.slice(-1) : turnsOf(own, range);
	return filesOf(own, view, states, ({ turn }) => turnFile(own.folder, turn, FILE_OF_VIEW[view]));
}

/** The packets that turns got. Throws `not_found` where none of them got one. */
export function packetsOfTurns(own: LineageEntry, range: TurnRange): RecordedFiles {
	return filesOf(own, 'packet', turnsOf(own, range), ({ packet }) =>
		packet === null ? null : insideSession(own.folder, packet),
	);
}

function filesOf(
	own: LineageEntry,
	view: RecordedFiles['view'],
	states: readonly TurnState[],
	pathOf: (state: TurnState) => string | null,
): RecordedFiles {
	const files = states.flatMap((state) => {
		const path = pathOf(state);
		const file = path === null ? null : recordPieces(path);
		if (file === null || file.bytes === 0) return [];
		return [{ turn: state.turn, agent: participantOf(state), file }];
	});
	if (files.length === 0) throw nothingOf(own, view, states);
	return {
		id: own.meta.id,
		view,
		files,
		isOfSeveral: states.length > 1,
		command: commandOf(own, states, ` --${view}`),
	};
}

function commandOf({ meta }: LineageEntry, states: readonly TurnState[], view: string): string {
	const [first, last] = [states[0]?.turn ?? 1, states.at(-1)?.turn ?? 1];
	const which = first === last ? `--turn ${first}` : `--turns ${first}-${last}`;
	return `agent-relay show ${meta.id.slice(-6)} ${which}${view}`;
}

function nothingOf(own: LineageEntry, view: RecordedFiles['view'], states: readonly TurnState[]): RelayError {
	const [first, last] = [states[0], states.at(-1)];
	if (first === undefined || last === undefined)
		return new RelayError('not_found', `Session ${own.meta.id} has no turn yet.`);
	const which = first === last ? `Turn ${first.turn} has` : `Turns ${first.turn} to ${last.turn} have`;
	return new RelayError('not_found', `${which} no ${MISSING[view]}.`, {
		hint: `What there is: ${commandOf(own, states, '')}`,
	});
}

const MISSING: Readonly<Record<RecordedFiles['view'], string>> = {
	prompt: 'recorded prompt',
	output: 'recorded output',
	stderr: 'recorded stderr: the agent wrote nothing there',
	state: 'recorded state',
	events: 'recorded events',
	raw: 'recorded stdout: the agent wrote nothing there',
	packet: 'resume packet',
};
