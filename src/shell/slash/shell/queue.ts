import { formatPlural } from '../../../core/plural.ts';
import { safeLine } from '../../../core/text.ts';
import { oneOf, type SlashCommand, usageError } from '../slash-command.ts';

export const queue: SlashCommand = {
	name: 'queue',
	aliases: [],
	usage: 'queue [clear]',
	summary: 'list what waits for the running turn; clear drops it',
	example: '/queue clear',
	now: ({ queued }) => String(queued?.() || ''),
	duringTurn: 'now',
	complete: oneOf('clear'),
	async run({ waiting, theme, columns, print }, argument) {
		if (argument !== '' && argument !== 'clear')
			throw usageError(queue, `Unknown word: ${JSON.stringify(argument)}.`);
		if (argument === 'clear') return print([`${formatPlural(waiting.drop().length, 'prompt')} dropped`]);
		const lines = waiting.list().map((text, i) => `${theme.dim(`${i + 1}.`)} ${safeLine(text, columns - 5)}`);
		print(lines.length === 0 ? [theme.dim('Nothing waits.')] : lines);
	},
};
