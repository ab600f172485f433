import { RelayError } from '../../core/errors.ts';
import type { UndoTarget } from '../../undo/undo-contract.ts';
import type { Body } from '../command.ts';
import { takeBack, type UndoData, type UndoFlags } from './take-back.ts';
import { undoToJson } from './undo-json.ts';

interface UndoOptions extends UndoFlags {
	ref: string | null;
	turn: number | null;
	to: number | null;
}

export const undo: Body<UndoOptions, UndoData> = {
	run: (context, options) => takeBack(context, options, { kind: 'undo', target: targetOf(options) }),
	toJson: undoToJson,
};

function targetOf({ turn, to }: UndoOptions): UndoTarget {
	if (turn !== null && to !== null)
		throw new RelayError('usage', '--turn undoes one turn, --to all after one: give one of them.');
	if (turn !== null) return { kind: 'turn', turn };
	return to === null ? { kind: 'newest' } : { kind: 'after', turn: to };
}
