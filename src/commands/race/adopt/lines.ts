import { wrapToColumns } from '../../../ui/text-width.ts';
import type { Look } from '../../look.ts';
import { adoptionLines } from './describe-adoption.ts';
import type { RaceAdoptData } from './run.ts';

export function raceAdoptLines({ result, asking }: RaceAdoptData, { theme, columns }: Look): string[] {
	// A command that is broken into rows cannot be pasted.
	return adoptionLines(result, theme, asking).flatMap((line) =>
		line.includes(asking.command) ? [line] : wrapToColumns(line, columns, { indent: 2 }),
	);
}
