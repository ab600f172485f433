import { wrapToColumns } from '../../ui/text-width.ts';
import type { Look } from '../look.ts';
import { resultLines } from './describe-undo.ts';
import type { UndoData } from './take-back.ts';

export function undoLines({ result, command }: UndoData, { theme, columns }: Look): string[] {
	// A command stays whole, to be pasted.
	return resultLines(result, theme, command).flatMap((line) =>
		line.includes(command) ? [line] : wrapToColumns(line, columns, { indent: 2 }),
	);
}
