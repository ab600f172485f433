import { safeText } from '../../core/text.ts';
import type { Theme } from '../../ui/theme.ts';
import { readTurn, type SlashCommand, turnCandidates } from './slash-command.ts';

export const diff: SlashCommand = {
	name: 'diff',
	aliases: [],
	usage: 'diff [TURN]',
	summary: 'what a turn changed, or the whole session',
	example: '/diff 2',
	duringTurn: 'now',
	complete: turnCandidates,
	async run({ relay, theme, print }, argument) {
		const text = safeText(await relay.view.diff(readTurn(diff, argument))).trimEnd();
		print(
			text === '' ? [theme.dim('Nothing was changed.')] : text.split('\n').map((line) => paint(line, theme)),
		);
	},
};

function paint(line: string, theme: Theme): string {
	if (/^(?:diff |index |\+\+\+ |--- |new file|deleted file|similarity|rename )/.test(line))
		return theme.bold(line);
	if (line.startsWith('@@')) return theme.accent(line);
	if (line.startsWith('+')) return theme.good(line);
	return line.startsWith('-') ? theme.bad(line) : line;
}
