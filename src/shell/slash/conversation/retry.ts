import { exitCodeOfResult } from '../../../relay/exit-codes.ts';
import { agentCandidates, parseAgentChoice } from '../agent-argument.ts';
import type { SlashCommand } from '../slash-command.ts';

export const retry: SlashCommand = {
	name: 'retry',
	aliases: [],
	usage: 'retry [AGENT[:MODEL]]',
	summary: 'send the last prompt again, to another agent if you name one',
	example: '/retry codex',
	duringTurn: 'queued',
	complete: ({ relay }) => agentCandidates(relay),
	async run(context, argument) {
		const { relay } = context;
		const choice = argument === '' ? null : await parseAgentChoice(relay, argument);
		await context.work(async ({ signal, onEvent, onHardStop }) => {
			onHardStop(() => relay.stopHard());
			return { exitCode: exitCodeOfResult(await relay.retry(choice, { signal, onEvent })) };
		});
	},
};
