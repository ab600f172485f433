import { safeLine } from '../../core/text.ts';
import { shortRef } from '../../view/describe-session.ts';
import type { Look } from '../look.ts';
import type { RenameData } from './run.ts';

export function renameLines({ id, title, before }: RenameData, { theme }: Look): string[] {
	const was = before === null || before === title ? '' : theme.dim(` (before: ${safeLine(before, 80)})`);
	return [`Session ${theme.bold(shortRef(id))} is called ${safeLine(title, 200)}${was}`];
}
