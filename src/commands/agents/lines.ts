import { safeLine } from '../../core/text.ts';
import { describeTime } from '../../limits/describe-limit.ts';
import type { AgentOverview } from '../../relay/conversation-contract.ts';
import { renderTable } from '../../ui/table.ts';
import { wrapToColumns } from '../../ui/text-width.ts';
import type { Look } from '../look.ts';
import { describeReadiness } from './readiness.ts';
import type { AgentsData } from './run.ts';

const REMARK_CHARS = 160;

export function agentsLines(data: AgentsData, look: Look): string[] {
	return data.kind === 'list' ? listLines(data, look) : variableLines(data, look);
}

function listLines(
	{ agents, isOpen, now }: Extract<AgentsData, { kind: 'list' }>,
	{ theme, columns }: Look,
): string[] {
	const rows = agents.map((agent) => [
		[agent.agent, ...agent.aliases].join(', '),
		describeReadiness(agent, { isOpen }),
		safeLine(agent.version ?? '', 20),
		remark(agent, now),
	]);
	const heads = [
		{ title: 'agent', paint: theme.bold },
		{ title: 'state' },
		{ title: 'version' },
		{ title: 'remark', minColumns: 16, paint: theme.dim },
	];
	const unasking = agents.flatMap(({ agent, executable, isDemo, cannotAsk }) =>
		executable === null || isDemo || cannotAsk === null
			? []
			: wrapToColumns(`${agent} cannot ask: ${safeLine(cannotAsk, 300)}`, columns, { indent: 2 }),
	);
	const isAlone = agents.every(({ isDemo, executable }) => isDemo || executable === null);
	const hint = ['', 'No agent is installed: any one of these is enough. Until then: agent-relay demo'];
	return [
		...renderTable(heads, rows, { columns, theme }),
		...(unasking.length === 0 ? [] : ['', ...unasking.map(theme.dim)]),
		...(isAlone ? hint : []),
	];
}

function remark(agent: AgentOverview, now: number): string {
	if (agent.refused !== null) return safeLine(agent.refused, REMARK_CHARS);
	if (agent.executable === null) return safeLine(agent.install, REMARK_CHARS);
	if (agent.limitedUntil !== null) return `free ${describeTime(agent.limitedUntil, { now })}`;
	if (agent.login?.loggedIn === 'no') return agent.login.advice;
	return safeLine(agent.login?.evidence ?? '', REMARK_CHARS);
}

function variableLines(
	{ agent, kept, added, removed }: Extract<AgentsData, { kind: 'variables' }>,
	{ theme, columns }: Look,
): string[] {
	const part = (title: string, names: readonly string[]) => [
		theme.bold(`${title} (${names.length})`),
		...(names.length === 0
			? []
			: wrapToColumns(`  ${safeLine(names.join(' '), 20_000)}`, columns, { indent: 2 })),
	];
	return [
		`The environment of ${agent}, names only:`,
		...part('kept', kept),
		...part('added', added),
		...part('removed', removed),
	];
}
