import { safeLine } from '../../core/text.ts';
import { renderTable } from '../../ui/table.ts';
import { noCandidates, type SlashCommand } from './slash-command.ts';

export const files: SlashCommand = {
	name: 'files',
	aliases: [],
	usage: 'files',
	summary: 'files that this session changed',
	example: '/files',
	duringTurn: 'now',
	complete: noCandidates,
	async run({ relay, theme, columns, print }) {
		const rows = relay
			.files()
			.map(({ path, change, added, removed, from }) => [
				change,
				added === null && removed === null ? 'binary' : `+${added ?? 0} -${removed ?? 0}`,
				safeLine(from === undefined ? path : `${from} -> ${path}`, 400),
			]);
		const heads = [
			{ title: 'change' },
			{ title: 'lines', align: 'right' as const },
			{ title: 'path', minColumns: 12, paint: theme.bold },
		];
		print(
			rows.length === 0 ? [theme.dim('No file was changed.')] : renderTable(heads, rows, { columns, theme }),
		);
	},
};
