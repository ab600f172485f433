import { safeLine } from '../../core/text.ts';
import { describeTime } from '../../limits/describe-limit.ts';
import type { AgentOverview } from '../../relay/contract.ts';
import { renderTable } from '../../ui/table.ts';
import { describeReadiness } from './agent-argument.ts';
import { noCandidates, type SlashCommand } from './slash-command.ts';

export const agents: SlashCommand = {
	name: 'agents',
	aliases: [],
	usage: 'agents',
	summary: 'which agents are here, and what keeps the others from working',
	example: '/agents',
	duringTurn: 'now',
	complete: noCandidates,
	async run({ relay, clock, theme, columns, print }) {
		const overviews = await relay.agents();
		const rows = overviews.map((agent) => [
			agent.agent,
			describeReadiness(agent),
			safeLine(agent.version ?? '', 20),
			remark(agent, clock.now()),
		]);
		const heads = [
			{ title: 'agent', paint: theme.bold },
			{ title: 'state' },
			{ title: 'version' },
			{ title: 'remark', minColumns: 16, paint: theme.dim },
		];
		print(renderTable(heads, rows, { columns, theme }));
	},
};

function remark(agent: AgentOverview, now: number): string {
	if (agent.refused !== null) return safeLine(agent.refused, 120);
	if (agent.executable === null) return agent.isDemo ? '' : agent.install;
	if (agent.limitedUntil !== null) return `free ${describeTime(agent.limitedUntil, { now })}`;
	if (agent.login?.loggedIn === 'no') return agent.login.advice;
	return safeLine(agent.login?.evidence ?? '', 120);
}
