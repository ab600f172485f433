import { wrapToColumns } from '../../ui/text-width.ts';
import type { Look } from '../look.ts';
import { planRows } from './rows.ts';
import type { SetupData } from './run.ts';

export function setupLines(data: SetupData, look: Look): string[] {
	const { end, plan, isPlanShown, ownName } = data;
	if (end === 'left') return ['Nothing was changed.'];
	if (end === 'nothing_to_write')
		return ['All of it is set up so already; nothing was written.', ...aliasLines(data, look)];
	const rows = isPlanShown ? [] : planRows(data, look);
	if (end === 'shown')
		return [
			'This would be written:',
			...rows,
			...aliasLines(data, look),
			`Nothing was written. Write it: ${ownName} setup --yes`,
		];
	const next = plan.file?.byHand ?? null;
	return [
		isPlanShown ? 'Written.' : 'Written:',
		...rows,
		...(next === null ? [] : [`Still to do: ${next}`]),
		...aliasLines(data, look),
		`See it: ${ownName} config show`,
		`Change it: ${ownName} setup`,
	];
}

/** Each line whole, to be copied. */
function aliasLines({ aliases }: SetupData, look: Look): string[] {
	if (aliases.length === 0) return [];
	const why = 'For your shell, to open an agent by its own name inside a session:';
	return [...wrapToColumns(why, look.columns), ...aliases.map((line) => `  ${line}`)];
}
