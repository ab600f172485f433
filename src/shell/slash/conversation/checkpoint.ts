import { safeLine } from '../../../core/text.ts';
import { noCandidates, type SlashCommand } from '../slash-command.ts';

export const checkpoint: SlashCommand = {
	name: 'checkpoint',
	aliases: [],
	usage: 'checkpoint [NOTE]',
	summary: 'write the resume packet now, with a note if you like',
	example: '/checkpoint before the refactoring',
	duringTurn: 'queued',
	complete: noCandidates,
	async run({ relay, theme, print }, argument) {
		const { packet } = await relay.checkpoint(argument === '' ? null : argument);
		print([`Checkpoint written: ${theme.bold(safeLine(packet, 300))}`]);
	},
};
