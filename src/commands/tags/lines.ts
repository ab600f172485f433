import { safeLine } from '../../core/text.ts';
import type { TagCount } from '../../history/query/user-tags.ts';
import { renderTable } from '../../ui/table.ts';
import type { Look } from '../look.ts';

export function tagsLines(counts: readonly TagCount[], { theme, columns }: Look): string[] {
	if (counts.length === 0) return ['Nothing has a tag yet.', theme.dim('Give one: agent-relay tag REF TAG')];
	const right = { align: 'right' as const };
	const heads = [
		{ title: 'tag', paint: theme.bold, minColumns: 8 },
		{ title: 'automatic', ...right },
		{ title: 'yours', ...right },
	];
	const cells = counts.map(({ tag, automatic, manual }) => [
		safeLine(tag, 200),
		automatic === 0 ? '' : String(automatic),
		manual === 0 ? '' : String(manual),
	]);
	return renderTable(heads, cells, { columns, theme });
}
