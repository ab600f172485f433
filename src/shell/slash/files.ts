import { safeLine } from '../../core/text.ts';
import { renderTable } from '../../ui/table.ts';
import { describeLines, describePath } from '../../view/describe-event.ts';
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
		const rows = relay.view
			.files()
			.map((file) => [file.change, describeLines(file), safeLine(describePath(file), 400)]);
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
