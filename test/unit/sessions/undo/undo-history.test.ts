import { describe, expect, it } from 'vitest';
import type { SessionMeta } from '../../../../src/sessions/session-meta.ts';
import type { TurnState } from '../../../../src/sessions/turns/turn-state.ts';
import { undoHistory, undoneTurns } from '../../../../src/sessions/undo/undo-history.ts';
import type { UndoStep } from '../../../../src/sessions/undo/undo-step.ts';
import { fakeSessionMeta } from '../../../helpers/fake-session-meta.ts';
import { fakeTurnState } from '../../../helpers/fake-turn-state.ts';

const turn = (number: number, changes = true): TurnState =>
	fakeTurnState({ turn: number, tree: { before: 'b', after: changes ? `a${number}` : 'b' } });

function undoOf(
	step: number,
	after: number,
	turns: number[],
	of: number | null = null,
	session = 'S',
): UndoStep {
	return {
		step,
		kind: of === null ? 'undo' : 'redo',
		at: '2026-11-29T12:00:00.000Z',
		after_turn: after,
		turns: turns.map((number) => ({ session_id: session, turn: number })),
		of: of === null ? null : { session_id: session, step: of },
		files: 1,
		paths: [],
		left: [],
		kept: null,
		record: `undo/00${step}.json`,
	};
}

const entry = (id: string, turns: TurnState[], undos: UndoStep[] = []) => ({
	meta: { ...fakeSessionMeta(), id, undos } satisfies SessionMeta,
	folder: `/sessions/${id}`,
	turns,
});
const undone = (history: ReturnType<typeof undoHistory>) => undoneTurns(history).map(({ turn }) => turn);
const redoable = (history: ReturnType<typeof undoHistory>) => history.redoable.map(({ step }) => step.step);

describe('what is undone', () => {
	it('is what the newest undo or redo of a turn says', () => {
		const history = undoHistory([
			entry('S', [turn(1), turn(2)], [undoOf(1, 2, [2]), undoOf(2, 2, [1]), undoOf(3, 2, [1], 2)]),
		]);
		expect(undone(history)).toEqual([2]);
		expect(redoable(history)).toEqual([1]);
	});

	it('can be redone until a turn changes files; one that changes none ends nothing', () => {
		const undos = [undoOf(1, 1, [1])];
		const idle = undoHistory([entry('S', [turn(1), turn(2, false)], undos)]);
		expect(redoable(idle)).toEqual([1]);
		const busy = undoHistory([entry('S', [turn(1), turn(2)], undos)]);
		expect(redoable(busy)).toEqual([]);
		expect(busy.redoEndedBy?.state.turn).toBe(2);
		expect(undone(busy)).toEqual([1]);
	});

	it('may be a turn of a session that this one continues, and ends with its turns', () => {
		const child = entry('C', [], [undoOf(1, 0, [1])]);
		const history = undoHistory([entry('S', [turn(1)]), child]);
		expect(undone(history)).toEqual([1]);
		const later = undoHistory([entry('S', [turn(1)]), { ...child, turns: [turn(1)] }]);
		expect(redoable(later)).toEqual([]);
	});

	it('is nothing in a record of an older relay', () => {
		const { meta, ...rest } = entry('S', [turn(1)]);
		const { undos: _, ...older } = meta;
		expect(undoHistory([{ ...rest, meta: older }]).steps).toEqual([]);
	});
});
