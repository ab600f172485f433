import type { EditKind, FileEdit } from '../../agents/events.ts';
import { formatPlural } from '../../core/plural.ts';
import { safeLine } from '../../core/text.ts';
import type { Fact } from '../../ui/fact-row.ts';
import { formatDuration } from '../../ui/quantities.ts';
import { type EditBody, editBody, editRows } from './edit-body.ts';
import type { ToolBlock, ToolContext } from './tool-block.ts';

const PATH_CHARS = 400;
/** Files of one tool that have a line. */
const MAX_FILES = 12;

/** What a tool did to files: a line for each, with what changed below it as far as the rows of one edit reach. */
export function editBlocks(
	edits: readonly FileEdit[],
	context: ToolContext & { mark: string; verb?: string },
): ToolBlock[] {
	const { size, theme, mark, verb } = context;
	let left = editRows(size);
	const shown = edits.slice(0, MAX_FILES);
	const blocks = shown.map((edit, at): ToolBlock => {
		const body =
			left < 2
				? editBody({ ...edit, hunks: [] }, { size, theme, maxRows: 0 })
				: editBody(edit, { size, theme, maxRows: left });
		left -= body.rows.length;
		const facts = [...editFacts(edit, body, context), ...(at === 0 ? timeFact(context) : [])];
		return {
			row: { mark, verb: verb ?? edit.kind, target: targetOf(edit, context), facts },
			body: body.rows,
		};
	});
	if (edits.length <= MAX_FILES) return blocks;
	const target = { shape: 'text' as const, text: `${formatPlural(edits.length - MAX_FILES, 'more file')}` };
	return [...blocks, { row: { mark, verb: verb ?? 'edit', target, facts: showsMore(context) }, body: [] }];
}

function targetOf({ path, movedTo }: FileEdit, { worktree }: ToolContext): ToolBlock['row']['target'] {
	const name = (full: string) =>
		safeLine(full.startsWith(`${worktree}/`) ? full.slice(worktree.length + 1) : full, PATH_CHARS);
	return movedTo === undefined
		? { shape: 'path', text: name(path) }
		: { shape: 'text', text: `${name(path)} → ${name(movedTo)}` };
}

function editFacts(edit: FileEdit, body: EditBody, context: ToolContext): Fact[] {
	const { added, removed, kind } = edit;
	const { theme } = context;
	const counts: Fact[] = [];
	const sign = (text: string, paint: Fact['paint']) =>
		counts.push({ text, rank: 0, isNeeded: true, joint: ' ', ...(paint && { paint }) });
	if (isCounted(added, kind, 'delete')) sign(`+${added}`, theme.good);
	if (isCounted(removed, kind, 'create')) sign(`-${removed}`, theme.bad);
	if (body.shown === body.changed) return counts;
	const what = kind === 'create' ? 'lines' : 'changed lines';
	return [...counts, { text: `${body.shown} of ${body.changed} ${what}`, rank: 5 }, ...showsMore(context)];
}

/** Nothing is added to a file that is gone, or taken from a new one. */
const isCounted = (count: number | null, kind: EditKind, never: EditKind) =>
	count !== null && (kind !== never || count > 0);

function showsMore({ diffHint }: ToolContext): Fact[] {
	return diffHint === null ? [] : [{ text: diffHint, rank: 1, isNeeded: true, joint: ', ' }];
}

function timeFact({ tookMs }: ToolContext): Fact[] {
	return tookMs >= 1000 ? [{ text: formatDuration(tookMs), rank: 9 }] : [];
}
