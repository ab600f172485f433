import { safeText } from '../../core/text.ts';
import { diffLines } from '../../ui/diff-lines.ts';
import { undoneNote } from '../diff/lines.ts';
import type { Look } from '../look.ts';
import { damagedPage } from './damaged-page.ts';
import { logLines } from './log-lines.ts';
import type { ShowData } from './run.ts';
import { sessionPage } from './session-page.ts';
import { transcriptPage } from './transcript-page.ts';

export function showLines(data: ShowData, look: Look): string[] {
	switch (data.kind) {
		case 'session':
			return sessionPage({ ...data.page, ...look });
		case 'damaged':
			return damagedPage(data.page, look);
		case 'transcript':
			return transcriptPage(data.page, look);
		case 'nothing':
			return [look.theme.dim('Nothing is recorded yet.')];
		// Printed in pieces.
		case 'turns':
		case 'files':
			return [];
		case 'log':
			return lineageLogLines(data, look);
		case 'packet':
			return safeText(data.text).trimEnd().split('\n');
		case 'diff':
			return [
				...undoneNote(data, look.theme),
				...(data.diff === '' ? ['Nothing was changed.'] : diffLines(safeText(data.diff), look.theme)),
			];
	}
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
