import { safeText } from '../../core/text.ts';
import { createMarkdownLines } from '../../ui/markdown.ts';
import { readTurn, type SlashCommand, turnCandidates } from './slash-command.ts';

export const show: SlashCommand = {
	name: 'show',
	aliases: [],
	usage: 'show [TURN]',
	summary: 'the record of a turn, by default the last',
	example: '/show 2',
	duringTurn: 'now',
	complete: turnCandidates,
	async run({ relay, theme, columns, print }, argument) {
		const text = safeText(relay.view.transcript(readTurn(show, argument))).trimEnd();
		const markdown = createMarkdownLines(theme);
		print(
			text === ''
				? [theme.dim('Nothing is recorded yet.')]
				: text.split('\n').flatMap((line) => markdown.line(line, columns)),
		);
	},
};
