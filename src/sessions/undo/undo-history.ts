/** Which turns of a line of work stand, which are undone, and what a redo would bring back. Pure. */
import type { LineageEntry } from '../lineage/lineage.ts';
import type { SessionMeta } from '../session-meta.ts';
import type { TurnState } from '../turns/turn-state.ts';
import type { UndoStep } from './undo-step.ts';

export interface PlacedStep {
	sessionId: string;
	/** The session's folder. */
	folder: string;
	step: UndoStep;
}

export interface UndoneTurn {
	sessionId: string;
	state: TurnState;
	/** The record of the session that it is a turn of. */
	meta: SessionMeta;
	/** The undo that holds for it; null: it stands. */
	undoneBy: PlacedStep | null;
}

export interface UndoHistory {
	/** Every turn, oldest first. */
	turns: UndoneTurn[];
	/** Undos that a redo can take back, the next one last. */
	redoable: PlacedStep[];
	/** The turn whose changes ended what could be redone; null: there was nothing, or none. */
	redoEndedBy: UndoneTurn | null;
	/** All steps, oldest first. */
	steps: PlacedStep[];
}

/** `lineage`: oldest first. */
export function undoHistory(
	lineage: ReadonlyArray<Pick<LineageEntry, 'meta' | 'folder' | 'turns'>>,
): UndoHistory {
	const history: UndoHistory = { turns: [], redoable: [], redoEndedBy: null, steps: [] };
	for (const { meta, folder, turns } of lineage) {
		const steps = (meta.undos ?? []).map((step) => ({ sessionId: meta.id, folder, step }));
		for (const state of turns) {
			while (steps[0] !== undefined && steps[0].step.after_turn < state.turn) addStep(history, steps.shift());
			addTurn(history, { sessionId: meta.id, state, meta, undoneBy: null });
		}
		for (const step of steps) addStep(history, step);
	}
	return history;
}

/** A turn by its place, as data has it. */
export interface TurnPlace {
	session_id: string;
	turn: number;
}

/** The turns that changed files and are undone, oldest first. */
export const undoneTurns = ({ turns }: Pick<UndoHistory, 'turns'>): TurnPlace[] =>
	turns
		.filter(({ undoneBy, state }) => undoneBy !== null && hasChanges(state))
		.map(({ sessionId, state }) => ({ session_id: sessionId, turn: state.turn }));

/** True if the files are known or reported to have changed in the turn. */
export function hasChanges({ tree, files }: Pick<TurnState, 'tree' | 'files'>): boolean {
	if (tree.before !== null && tree.after !== null) return tree.before !== tree.after;
	return files.length > 0;
}

function addTurn(history: UndoHistory, turn: UndoneTurn): void {
	history.turns.push(turn);
	if (!hasChanges(turn.state) || history.redoable.length === 0) return;
	history.redoable = [];
	history.redoEndedBy = turn;
}

function addStep(history: UndoHistory, placed: PlacedStep | undefined): void {
	if (placed === undefined) return;
	history.steps.push(placed);
	const { step } = placed;
	const isMeant = ({ sessionId, state }: UndoneTurn) =>
		step.turns.some((one) => one.session_id === sessionId && one.turn === state.turn);
	for (const turn of history.turns.filter(isMeant)) turn.undoneBy = step.kind === 'undo' ? placed : null;
	if (step.kind === 'undo') {
		history.redoable.push(placed);
		history.redoEndedBy = null;
	} else
		history.redoable = history.redoable.filter(
			(other) => other.sessionId !== step.of?.session_id || other.step.step !== step.of.step,
		);
}
