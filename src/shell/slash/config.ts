import { safeLine } from '../../core/text.ts';
import { renderTable } from '../../ui/table.ts';
import { type SlashCommand, usageError } from './slash-command.ts';

export const config: SlashCommand = {
	name: 'config',
	aliases: [],
	usage: 'config [PREFIX]',
	summary: 'every setting in force and where it comes from',
	example: '/config limits',
	duringTurn: 'now',
	complete: async ({ services }) =>
		services.configRows().map(({ key, value }) => ({ value: key, hint: safeLine(value, 40) })),
	async run({ services, theme, columns, print }, argument) {
		const rows = services
			.configRows()
			.filter(({ key }) => key.startsWith(argument))
			.map(({ key, value, origin }) => [key, safeLine(value, 200), safeLine(origin, 200)]);
		const heads = [
			{ title: 'key', paint: theme.bold },
			{ title: 'value', minColumns: 8 },
			{ title: 'from', minColumns: 10, paint: theme.dim },
		];
		if (rows.length === 0) throw usageError(config, `no setting begins with ${JSON.stringify(argument)}`);
		print(renderTable(heads, rows, { columns, theme }));
	},
};
