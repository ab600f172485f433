import { relative } from 'node:path';
import { safeLine } from '../core/text.ts';
import type { AgentChoice, AgentOverview, Conversation, Upcoming } from '../relay/conversation-contract.ts';
import { lastingId } from '../sessions/session-meta.ts';
import { columnsOf } from '../ui/text-width.ts';
import type { Theme } from '../ui/theme.ts';
import { describeFolder } from '../view/describe-event.ts';
import { shortRef } from '../view/describe-session.ts';
import type { ShellOptions } from './shell-options.ts';
import type { RunningWork } from './work/running-work.ts';

export interface WelcomeOptions {
	theme: Theme;
	columns: number;
}

/** The first lines of the shell: who works, with which permissions, in which folder of the worktree, and where help is. */
export function welcomeLines(
	relay: Conversation,
	version: string,
	{ choice }: Pick<Upcoming, 'choice'>,
	{ theme, columns }: WelcomeOptions,
): string[] {
	const { permissions } = relay.active();
	const name = `agent-relay ${version}`;
	const { folder, worktree } = relay.place();
	const where = folder === worktree ? [] : [describeFolder(relative(worktree, folder))];
	const rest = [describeChoice(choice), permissions, ...where, '/help'];
	const session = relay.session();
	const facts = rest.map((part) => ` · ${part}`).join('');
	const lines =
		columnsOf(name + facts) < columns
			? [theme.bold(name) + theme.dim(facts)]
			: [theme.bold(name), theme.dim(rest.join(' · '))];
	if (session !== null) lines.push(theme.dim(`resuming session ${session.id}`));
	return lines;
}

/** The last lines of the shell, in blocks: what is stopped now, and how the session is resumed. */
export function goodbyeBlocks(
	{ relay, theme, context }: Pick<ShellOptions, 'relay' | 'theme' | 'context'>,
	{ isInterruptible, what }: Pick<RunningWork, 'isInterruptible' | 'what'>,
): string[][] {
	const session = relay.session();
	const stopping = `Stopping ${what ?? `${relay.active().agent}; the work is kept`}.`;
	const id = session === null ? null : lastingId(session.meta);
	const resume =
		id === null ? [] : [`Session ${id}`, `  resume it: ${context.ownName} resume ${shortRef(id)}`];
	return [isInterruptible ? [stopping] : [], resume].map((block) => block.map(theme.dim));
}

function describeChoice(choice: AgentChoice | null): string {
	if (choice === null) return 'no agent';
	return choice.model === null ? choice.agent : `${choice.agent} ${safeLine(choice.model, 40)}`;
}

/** How to log in, when agents are installed but none has a known login. */
export function noLoginLines(agents: readonly AgentOverview[], { theme, columns }: WelcomeOptions): string[] {
	const here = withoutLogin(agents);
	const widest = Math.max(0, ...here.map(({ title }) => columnsOf(title)));
	const adviceOf = ({ login }: AgentOverview) => theme.accent(login?.advice ?? '');
	return [
		theme.warn('No installed agent has a known login. Log in to one of them:'),
		'',
		...here.flatMap((agent) =>
			widest + (agent.login?.advice.length ?? 0) + 6 < columns
				? [`  ${theme.bold(agent.title.padEnd(widest))}  ${adviceOf(agent)}`]
				: [`  ${theme.bold(agent.title)}`, `    ${adviceOf(agent)}`],
		),
	];
}

/** Installed agents that the user may name anyway. */
export function withoutLogin(agents: readonly AgentOverview[]): AgentOverview[] {
	return agents.filter(
		({ isDemo, executable, refused }) => !isDemo && executable !== null && refused === null,
	);
}

/** True if no real agent is installed and the user has not chosen a demo agent either. */
export function needsAgent(agents: readonly AgentOverview[]): boolean {
	return !agents.some(({ isDemo, isActive, executable }) => executable !== null && (isActive || !isDemo));
}

/** How to get each agent when none is installed, and what can be tried without one. */
export function noAgentLines(agents: readonly AgentOverview[], { theme, columns }: WelcomeOptions): string[] {
	const real = agents.filter(({ isDemo }) => !isDemo);
	const demo = agents.find(({ isDemo, executable }) => isDemo && executable !== null);
	const widest = Math.max(0, ...real.map(({ title }) => columnsOf(title)));
	const isWide = real.every(({ install }) => widest + install.length + 6 < columns);
	return [
		theme.warn('No coding agent is installed. One of these is enough:'),
		'',
		...real.flatMap(({ title, install }) =>
			isWide
				? [`  ${theme.bold(title.padEnd(widest))}  ${theme.accent(install)}`]
				: [`  ${theme.bold(title)}`, `    ${theme.accent(install)}`],
		),
		'',
		demo === undefined
			? `To see the relay at work without one: ${theme.accent('agent-relay demo')}`
			: `To see the relay at work without one: ${theme.accent(`/use ${demo.agent}`)}, then type a task.`,
	];
}
