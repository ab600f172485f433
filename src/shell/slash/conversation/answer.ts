import { noCandidates, type SlashCommand, usageError } from '../slash-command.ts';

export const answer: SlashCommand = {
	name: 'answer',
	aliases: [],
	usage: 'answer',
	summary: "answer a question on the agent's terminal, unseen and unrecorded",
	example: '/answer',
	duringTurn: 'now',
	complete: noCandidates,
	async run(context) {
		if (context.answer === null) throw usageError(answer, "Nothing asks on an agent's terminal.");
		context.answer();
	},
};
