import { agentCandidates, parseAgentChoice } from './agent-argument.ts';
import type { SlashCommand } from './slash-command.ts';

export const retry: SlashCommand = {
	name: 'retry',
	aliases: [],
	usage: 'retry [AGENT[:MODEL]]',
	summary: 'send the last prompt again, to another agent if you name one',
	example: '/retry codex',
	duringTurn: 'queued',
	complete: ({ relay }) => agentCandidates(relay),
	async run(context, argument) {
		await context.retry(argument === '' ? null : await parseAgentChoice(context.relay, argument));
	},
};
