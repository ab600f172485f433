import { columnsOf, wrapToColumns } from '../../../ui/text-width.ts';
import { findCommand, unknownCommand } from '../find-command.ts';
import type { SlashCommand, SlashContext } from '../slash-command.ts';

export const help: SlashCommand = {
	name: 'help',
	aliases: ['?'],
	usage: 'help [COMMAND]',
	summary: 'this list, or one command in full',
	example: '/help use',
	duringTurn: 'now',
	complete: async ({ commands }) => commands.map(({ name, summary }) => ({ value: name, hint: summary })),
	async run(context, argument) {
		if (argument === '') return context.print([...commandLines(context), '', ...keyLines(context)]);
		const name = argument.replace(/^\//, '');
		const command = findCommand(context.commands, name);
		if (command === null) throw unknownCommand(context.commands, name);
		const { theme } = context;
		context.print([
			theme.bold(`/${command.usage}`),
			command.summary,
			theme.dim(`for example: ${command.example}`),
			...(command.aliases.length > 0
				? [theme.dim(`also: ${command.aliases.map((alias) => `/${alias}`).join(' ')}`)]
				: []),
			...(command.duringTurn === 'queued'
				? [theme.dim('typed while a turn runs, it waits until the turn ends')]
				: []),
		]);
	},
};

const KEYS: ReadonlyArray<readonly [string, string]> = [
	['!COMMAND', 'runs a shell command here; agents hear of it'],
	['//TEXT', 'a prompt that begins with a slash'],
	['@PATH', 'Tab completes paths, commands and agents'],
	['\\ and """', 'continue a line; a block of lines'],
	['Ctrl+C', 'interrupt the turn; again: kill it'],
	['Ctrl+R', 'search the history'],
	['Ctrl+X Ctrl+E', 'write the prompt in $EDITOR'],
	['Ctrl+D', 'exit'],
];

function commandLines(context: SlashContext): string[] {
	return twoColumns(
		context.commands.map(({ name, summary }) => [`/${name}`, summary] as const),
		context,
	);
}

function keyLines(context: SlashContext): string[] {
	return twoColumns(KEYS, context);
}

function twoColumns(
	rows: ReadonlyArray<readonly [string, string]>,
	{ theme, columns }: SlashContext,
): string[] {
	const widest = Math.max(...rows.map(([name]) => columnsOf(name)));
	return rows.flatMap(([name, text]) => {
		const [first = '', ...rest] = wrapToColumns(text, Math.max(10, columns - widest - 3));
		return [
			`${theme.bold(name.padEnd(widest))}  ${theme.dim(first)}`,
			...rest.map((row) => ' '.repeat(widest + 2) + theme.dim(row)),
		];
	});
}
