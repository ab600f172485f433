import type { Body } from '../command.ts';
import { takeBack, type UndoData, type UndoFlags } from '../undo/take-back.ts';
import { undoToJson } from '../undo/undo-json.ts';

export const redo: Body<UndoFlags & { ref: string | null }, UndoData> = {
	run: (context, options) => takeBack(context, options, { kind: 'redo' }),
	toJson: undoToJson,
};
