import { safeText } from '../../core/text.ts';
import { diffLines as unifiedLines } from '../../ui/diff-lines.ts';
import type { Theme } from '../../ui/plain-theme.ts';
import { describeUndone } from '../files/describe-undone.ts';
import { filesLines } from '../files/lines.ts';
import type { Look } from '../look.ts';
import type { LineageDiff } from './lineage-diff.ts';
import type { DiffData } from './run.ts';

export function diffLines(data: DiffData, look: Look): string[] {
	const { theme } = look;
	if (data?.isStat) return filesLines(data, look);
	const head = data === null ? [] : undoneNote(data, theme);
	const text = safeText(data?.diff ?? '').trimEnd();
	if (text === '') return [theme.dim('Nothing was changed.'), ...head];
	return [...head, ...(data?.isByWord ? wordLines(text, theme) : unifiedLines(text, theme))];
}

/** Before the first file, where whatever applies a patch skips it. */
export function undoneNote({ undone, id }: Pick<LineageDiff, 'undone' | 'id'>, theme: Theme): string[] {
	const note = describeUndone(undone, id);
	return note === null ? [] : [theme.dim(note)];
}

/** Lines have no sign of their own there: a word that is out or in has brackets around it. */
function wordLines(text: string, theme: Theme): string[] {
	const paint = (word: string) => (word.startsWith('[') ? theme.bad(word) : theme.good(word));
	return text
		.split('\n')
		.flatMap((line) => (HEAD.test(line) ? unifiedLines(line, theme) : line.replace(MARKED, paint)));
}

const HEAD = /^(?:diff --git |index |@@ |--- |\+\+\+ )/;
const MARKED = /\[-.*?-\]|\{\+.*?\+\}/g;
