import { safeLine } from '../../core/text.ts';
import { formatAgo } from '../../ui/quantities.ts';
import { renderTable } from '../../ui/table.ts';
import type { Look } from '../look.ts';
import { shortFolder } from '../search/describe-hit.ts';
import type { ConversationsData } from './run.ts';

export function conversationsLines(
	{ rows, count, isFiltered, home, now }: ConversationsData,
	look: Look,
): string[] {
	const { theme, columns } = look;
	if (rows.length === 0)
		return [
			isFiltered ? 'No conversation passes these filters.' : 'No agent has had a conversation here yet.',
		];
	const heads = [
		{ title: 'id', paint: theme.bold },
		{ title: 'agent', paint: theme.accent },
		{ title: 'last used' },
		{ title: 'messages', align: 'right' as const },
		{ title: 'session' },
		{ title: 'slug', minColumns: 6 },
		{ title: 'project', minColumns: 8 },
		{ title: 'title', minColumns: 12, paint: theme.dim },
	];
	const cells = rows.map((row) => [
		safeLine(row.short, 60),
		safeLine(row.agent, 40),
		row.ended_at === null ? '' : formatAgo(row.ended_at, now),
		String(row.messages),
		row.place.number === null || row.place.count < 2 ? '' : `${row.place.number} of ${row.place.count}`,
		safeLine(row.slug ?? '', 60),
		safeLine(shortFolder(row.project ?? '', home), 120),
		safeLine(`${row.tags.map((tag) => `#${tag} `).join('')}${row.title}`, 120),
	]);
	const rest =
		rows.length < count ? ['', theme.dim(`The latest ${rows.length} of ${count}; all of them: -n 0`)] : [];
	return [...renderTable(heads, cells, { columns, theme }), ...rest];
}
