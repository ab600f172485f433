import { safeText } from '../../core/text.ts';
import { diffLines as unifiedLines } from '../../ui/diff-lines.ts';
import type { Look } from '../look.ts';
import type { DiffData } from './run.ts';

export function diffLines({ diff }: Pick<DiffData, 'diff'>, { theme }: Look): string[] {
	const text = safeText(diff).trimEnd();
	return text === '' ? [theme.dim('Nothing was changed.')] : unifiedLines(text, theme);
}
