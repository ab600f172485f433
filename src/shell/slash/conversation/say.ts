import { noCandidates, type SlashCommand, usageError } from '../slash-command.ts';

export const say: SlashCommand = {
	name: 'say',
	aliases: [],
	usage: 'say TEXT',
	summary: 'say something to everyone in the running chat',
	example: '/say and keep it small',
	duringTurn: 'now',
	complete: noCandidates,
	async run(context, argument) {
		if (context.say === null)
			throw usageError(say, 'No chat is running. Start one with /chat, or just type a prompt.');
		if (argument === '') throw usageError(say, 'Nothing to say.');
		context.say(argument);
		context.print([context.theme.dim('Said; the next speaker hears it first.')]);
	},
};
