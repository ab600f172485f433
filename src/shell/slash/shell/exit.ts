import { noCandidates, type SlashCommand } from '../slash-command.ts';

export const exit: SlashCommand = {
	name: 'exit',
	aliases: ['quit', 'q'],
	usage: 'exit',
	summary: 'stop what runs, keep the work, leave',
	example: '/exit',
	duringTurn: 'now',
	complete: noCandidates,
	async run(context) {
		await context.exit();
	},
};
