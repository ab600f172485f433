import { safeLine } from '../../core/text.ts';
import type { AgentOverview } from '../../relay/conversation-contract.ts';
import { fieldLines } from '../../ui/field-lines.ts';
import { wrapToColumns } from '../../ui/text-width.ts';
import { describeReadiness } from '../agents/readiness.ts';
import type { Look } from '../look.ts';
import type { SetupPlan } from './plan-setup.ts';

const MOST_CHARS = 300;

/** Each agent with what stands in its way. */
export function agentRows(agents: readonly AgentOverview[], look: Look): string[] {
	const rows = agents.map((agent): [string, string] => {
		const state = describeReadiness(agent, { isOpen: false });
		const remark =
			agent.executable === null ? agent.install : agent.login?.loggedIn === 'no' ? agent.login.advice : '';
		return [agent.agent, safeLine(remark === '' ? state : `${state}: ${remark}`, MOST_CHARS)];
	});
	return [look.theme.bold('Your agents'), ...fieldLines(rows, look), ''];
}

const shortPath = (path: string, home: string) =>
	safeLine(path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path, MOST_CHARS);

export function planRows(
	{ plan, configFile, home }: { plan: SetupPlan; configFile: string; home: string },
	look: Look,
): string[] {
	const { values, allow, file } = plan;
	const rows: Array<[string, string]> = [
		...values.map(([key, text]): [string, string] => [key, text]),
		...allow.map(({ command, repo }): [string, string] => [
			'allow',
			`${command} ${repo === null ? 'everywhere' : 'in this repo'}`,
		]),
	];
	const inConfig =
		rows.length === 0
			? []
			: [
					...fieldLines(
						rows.map(([name, text]) => [`  ${name}`, safeLine(text, MOST_CHARS)]),
						look,
					),
					...wrapToColumns(`  in ${shortPath(configFile, home)}`, look.columns, { indent: 4 }).map(
						look.theme.dim,
					),
				];
	return [
		...inConfig,
		...(file === null ? [] : fieldLines([['  completion', shortPath(file.path, home)]], look)),
	];
}
