import { noCandidates, type SlashCommand, usageError } from '../slash-command.ts';

export const say: SlashCommand = {
	name: 'say',
	aliases: [],
	usage: 'say TEXT',
	summary: 'your own words to everyone in the chat that runs',
	example: '/say and keep it small',
	duringTurn: 'now',
	complete: noCandidates,
	async run(context, argument) {
		if (context.say === null)
			throw usageError(say, 'no chat runs that could hear it; start one with /chat, or just type a prompt');
		if (argument === '') throw usageError(say, 'what is to be said?');
		context.say(argument);
		context.print([context.theme.dim('Said; whoever speaks next hears it first.')]);
	},
};
