import { basename, relative } from 'node:path';
import { safeLine } from '../core/text.ts';
import type { RepoFacts } from '../git/repo-facts.ts';
import type { AgentOverview, Conversation, Upcoming } from '../relay/conversation-contract.ts';
import { lastingId } from '../sessions/session-meta.ts';
import { formatAgo } from '../ui/quantities.ts';
import { columnsOf, cutToColumns } from '../ui/text-width.ts';
import type { Theme } from '../ui/theme.ts';
import { describeFolder } from '../view/describe-event.ts';
import { shortRef } from '../view/describe-session.ts';
import type { ShellOptions } from './shell-options.ts';
import type { RunningWork } from './work/running-work.ts';

export interface WelcomeOptions {
	theme: Theme;
	columns: number;
}

/** What the first rows say beside the conversation itself. */
export interface FirstFacts extends Pick<Upcoming, 'choice'> {
	version: string;
	repo: Pick<RepoFacts, 'kind' | 'worktree' | 'branch'>;
	agents: readonly AgentOverview[];
	/** Where there is work left in this worktree; null: there is none, or it is being resumed. */
	last: { title: string | null; endedAt: number | null; plan: { done: number; total: number } | null } | null;
}

/** The first rows of the shell: where and who works, which agents are ready, and the work that was left here. */
export function welcomeLines(
	relay: Pick<Conversation, 'active' | 'place' | 'session'>,
	{ version, choice, repo, agents, last }: FirstFacts,
	{ theme, columns, now }: WelcomeOptions & { now: number },
): string[] {
	const { folder, worktree } = relay.place();
	const name = `agent-relay ${version}`;
	const branch = repo.branch === null ? '' : `, ${safeLine(repo.branch, 40)}`;
	const facts: Droppable[] = [
		{ text: `${safeLine(basename(repo.worktree), 40)}${repo.kind === 'none' ? '' : branch}`, rank: 2 },
		{ text: choice === null ? 'no agent' : choice.agent, rank: 9 },
		{ text: choice?.model ? safeLine(choice.model, 40) : '', rank: 1, joint: ' ' },
		{ text: relay.active().permissions, rank: 8 },
		{ text: folder === worktree ? '' : describeFolder(relative(worktree, folder)), rank: 3 },
	];
	const session = relay.session();
	return [
		theme.bold(name) + theme.dim(fitted(facts, columns - 1 - columnsOf(name))),
		...readyRow(agents, columns).map(theme.dim),
		...(last === null ? [] : [theme.dim(lastRow(last, columns, now))]),
		...(session === null ? [] : [theme.dim(`resuming session ${lastingId(session.meta)}`)]),
	];
}

interface Droppable {
	/** Empty: not known. */
	text: string;
	/** The lowest goes first. */
	rank: number;
	joint?: ' ';
}

/** Each after its joint; without the facts that have no room, but for the last `least`. */
function fitted(facts: readonly Droppable[], room: number, least = 0): string {
	let kept = facts.filter(({ text }) => text !== '');
	const joined = () => kept.map(({ text, joint = ' · ' }) => joint + text).join('');
	while (kept.length > least && columnsOf(joined()) > room) {
		const lowest = Math.min(...kept.map(({ rank }) => rank));
		kept = kept.filter(({ rank }) => rank !== lowest);
	}
	return joined();
}

function readyRow(agents: readonly AgentOverview[], columns: number): string[] {
	const here = agents.filter(({ executable, refused }) => executable !== null && refused === null);
	const isOut = ({ login }: AgentOverview) => login?.loggedIn === 'no';
	const able = here.filter((one) => !isOut(one) && !one.isDemo);
	const names = (some: readonly AgentOverview[]) => some.map(({ agent }) => agent).join(', ');
	const lists = {
		ready: able.filter(({ isLimited }) => !isLimited),
		limited: able.filter(({ isLimited }) => isLimited),
	};
	const parts = [
		...(lists.ready.length === 0 ? [] : [`ready: ${names(lists.ready)}`]),
		...(lists.limited.length === 0 ? [] : [`limited: ${names(lists.limited)}`]),
		...(here.some(isOut) ? [`not logged in: ${names(here.filter(isOut))}`] : []),
	];
	if (parts.length === 0) return [];
	const all = [...parts, '/ commands, ? keys'].map((text, at): Droppable => ({ text, rank: -at }));
	return [cutToColumns(`  ${fitted(all, columns, 1).replace(/^ · /, '')}`, columns - 1)];
}

/** `  last here: "Fold accents", 2 h ago, plan 3 of 5 · /resume latest`. */
function lastRow(
	{ title, endedAt, plan }: NonNullable<FirstFacts['last']>,
	columns: number,
	now: number,
): string {
	const when = endedAt === null ? '' : formatAgo(endedAt, now);
	const end = ' · /resume latest';
	const steps = plan === null ? '' : `plan ${plan.done} of ${plan.total}`;
	const row = (facts: readonly string[]) =>
		`  last here: ${facts.filter((fact) => fact !== '').join(', ')}${end}`;
	const rest = columnsOf(row(['""', when, steps]));
	const room = columns - 1 - rest;
	if (title !== null && room >= MIN_TITLE_COLUMNS)
		return row([`"${cutToColumns(safeLine(title, 200), room)}"`, when, steps]);
	return columnsOf(row([when, steps])) < columns
		? row([when, steps])
		: cutToColumns(row([when]), columns - 1);
}

/** Less of a title tells nothing. */
const MIN_TITLE_COLUMNS = 12;

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
