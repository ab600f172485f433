import { fromIso } from '../../../core/clock.ts';
import { formatPlural } from '../../../core/plural.ts';
import { safeLine } from '../../../core/text.ts';
import { formatAgo } from '../../../ui/quantities.ts';
import { renderTable } from '../../../ui/table.ts';
import type { Look } from '../../look.ts';
import type { TrustData } from './run.ts';

const PATH_CHARS = 300;

export function trustLines(data: TrustData, look: Look): string[] {
	if (data.kind === 'list') return listLines(data, look);
	const shown = safeLine(data.path, PATH_CHARS);
	if (data.kind === 'trusted') return trustedLines(data, shown, look);
	return [data.wasTrusted ? `${shown} is no longer trusted.` : `${shown} was not trusted.`];
}

function listLines({ repos, now }: Extract<TrustData, { kind: 'list' }>, { theme, columns }: Look): string[] {
	const rows = repos.map(({ path, trusted_at, files }) => [
		safeLine(path, PATH_CHARS),
		formatAgo(fromIso(trusted_at) ?? now, now),
		formatPlural(Object.keys(files).length, 'file'),
	]);
	const heads = [
		{ title: 'repo', minColumns: 20, paint: theme.bold },
		{ title: 'trusted' },
		{ title: 'covers' },
	];
	return rows.length === 0 ? ['No repo is trusted.'] : renderTable(heads, rows, { columns, theme });
}

function trustedLines(
	{ wasTrusted, files, ownName }: Extract<TrustData, { kind: 'trusted' }>,
	shown: string,
	{ theme }: Look,
): string[] {
	return [
		`${shown} is ${wasTrusted ? 'trusted already' : 'now trusted'}.`,
		...(files.length === 0
			? [theme.dim('It has no settings, hooks or servers that an agent would obey.')]
			: [
					'Agents obey these files, as they are now:',
					...files.map((path) => `  ${safeLine(path, PATH_CHARS)}`),
				]),
		theme.dim(
			`When one of them changes, the relay asks again. Take it back: ${ownName} config trust --revoke`,
		),
	];
}
