import { safeText } from '../../core/text.ts';
import { diffLines } from '../../ui/diff-lines.ts';
import { createMarkdownLines } from '../../ui/markdown.ts';
import { fileTable } from '../files/lines.ts';
import type { Look } from '../look.ts';
import { damagedPage } from './damaged-page.ts';
import { logLines } from './log-lines.ts';
import type { ShowData } from './run.ts';
import { sessionPage } from './session-page.ts';

export function showLines(data: ShowData, look: Look): string[] {
	switch (data.kind) {
		case 'session':
			return sessionPage({ ...data.page, ...look });
		case 'damaged':
			return damagedPage(data.page, look);
		case 'turn':
			return turnLines(data, look);
		case 'log':
			return lineageLogLines(data, look);
		case 'packet':
			return textLines(data.text, look);
		case 'diff':
			return data.diff === '' ? ['Nothing was changed.'] : diffLines(safeText(data.diff), look.theme);
	}
}

/** What the turn changed stands below what was said. */
function turnLines({ state, text }: Extract<ShowData, { kind: 'turn' }>, look: Look): string[] {
	const files = state.files.length === 0 ? [] : ['', ...fileTable(state.files, look)];
	return [...textLines(text, look), ...files];
}

function lineageLogLines(
	{ logs, now }: Extract<ShowData, { kind: 'log' }>,
	{ theme, columns }: Look,
): string[] {
	return logs.flatMap(({ id, entries }) => [
		...(logs.length === 1 ? [] : [theme.bold(id)]),
		...logLines(entries, { now, theme, columns }),
	]);
}

/** Marks are drawn only where there is colour: a pipe gets the text as it was recorded. */
function textLines(text: string, { theme, columns }: Look): string[] {
	const lines = safeText(text).trimEnd().split('\n');
	if (!theme.hasColor) return lines;
	const markdown = createMarkdownLines(theme);
	return lines.flatMap((line) => markdown.line(line, columns));
}
