import { safeText } from '../../core/text.ts';
import { createMarkdownLines } from '../../ui/markdown.ts';
import type { Look } from '../look.ts';

export function transcriptLines(recorded: string, { theme, columns }: Look): string[] {
	const text = safeText(recorded).trimEnd();
	if (text === '') return [theme.dim('Nothing is recorded yet.')];
	const markdown = createMarkdownLines(theme);
	return text.split('\n').flatMap((line) => markdown.line(line, columns));
}
