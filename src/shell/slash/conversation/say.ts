import { noCandidates, type SlashCommand, usageError } from '../slash-command.ts';

export const say: SlashCommand = {
	name: 'say',
	aliases: [],
	usage: 'say TEXT',
	summary: 'say something to everyone in the running chat, or prompt every shell of a pair',
	example: '/say and keep it small',
	duringTurn: 'now',
	complete: noCandidates,
	async run({ say: sayInChat, pair, prompt, print, theme }, argument) {
		if (sayInChat === null && pair === null)
			throw usageError(say, 'No chat is running. Start one with /chat, or just type a prompt.');
		if (argument === '') throw usageError(say, 'Nothing to say.');
		if (sayInChat !== null) {
			sayInChat(argument);
			print([theme.dim('Said; the next speaker hears it first.')]);
			return;
		}
		pair?.post({ kind: 'say', text: argument });
		prompt(argument);
		print([theme.dim('Said to every shell of this pair; it is the next prompt of each.')]);
	},
};
