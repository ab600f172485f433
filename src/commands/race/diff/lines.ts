import { diffLines } from '../../../ui/diff-lines.ts';
import type { Look } from '../../look.ts';
import type { RaceDiffData } from './run.ts';

export function raceDiffLines({ a, b, diff }: RaceDiffData, { theme }: Look): string[] {
	if (diff !== '') return diffLines(diff, theme);
	return [b === null ? `${a} changed nothing.` : `${a} and ${b} made the same files.`];
}
