/** Which agents are here, logged in, limited; and what each would see of the environment. */
import type { AgentAdapter, TurnRequest } from '../../agents/agent-adapter.ts';
import { agentEnvironment } from '../../agents/environment.ts';
import { tuiOf } from '../../agents/tui/tuis.ts';
import { toIsoOrNull } from '../../core/clock.ts';
import type { AgentOverview } from '../../relay/conversation-contract.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import type { Body } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { describeReadiness } from './readiness.ts';
import { withVersions } from './with-versions.ts';

export type AgentsData = AgentList | AgentVariables;

interface AgentList {
	kind: 'list';
	agents: readonly AgentOverview[];
	/** A conversation is open, in which one of them is active. */
	isOpen: boolean;
	/** Epoch ms. */
	now: number;
}

/** Names only, never a value. */
interface AgentVariables {
	kind: 'variables';
	agent: string;
	kept: readonly string[];
	added: readonly string[];
	removed: readonly string[];
}

export const agents: Body<{ env: string | null }, AgentsData> = {
	async run(context, { env }) {
		if (env !== null) return { exitCode: EXIT.done, data: await variablesOf(context, env) };
		// A file that cannot be obeyed is said before anything is looked at.
		await context.settings();
		const agents = await withVersions(context);
		const isOpen = context.conversation !== null;
		return { exitCode: EXIT.done, data: { kind: 'list', agents, isOpen, now: context.clock.now() } };
	},
	toJson: (data) => (data.kind === 'list' ? { agents: data.agents.map(overviewToJson) } : namesOf(data)),
};

function overviewToJson(agent: AgentOverview): Record<string, unknown> {
	return {
		agent: agent.agent,
		title: agent.title,
		aliases: agent.aliases,
		base: agent.base,
		is_demo: agent.isDemo,
		state: describeReadiness(agent, { isOpen: false }).replaceAll(' ', '_'),
		executable: agent.executable,
		looked_at: agent.lookedAt,
		version: agent.version,
		logged_in: agent.login?.loggedIn ?? null,
		has_tui: tuiOf(agent.agent) !== null,
		cannot_ask: agent.executable === null ? null : agent.cannotAsk,
		login_evidence: agent.login?.evidence ?? null,
		limited_until: toIsoOrNull(agent.limitedUntil),
		refused: agent.refused,
		install: agent.install,
	};
}

function namesOf({ agent, kept, added, removed }: AgentVariables) {
	return { agent, kept, added, removed };
}

async function variablesOf(context: CommandContext, name: string): Promise<AgentVariables> {
	const { registry, isRepoObeyed } = await context.settings();
	const adapter = registry.find(name);
	const { env, removed } = agentEnvironment(context.env, adapter, registry.adapters, {
		session: '',
		turn: 0,
	});
	// Where an agent refuses the repo, its variables are still those of one without such files.
	const { folder, worktree } = isRepoObeyed ? await context.repo() : { folder: '/', worktree: '/' };
	const own = additions(adapter, { env, folder, worktree, isTrusted: isRepoObeyed });
	const isOurs = (variable: string) => /^AGENT_RELAY_(?:SESSION|TURN|DEPTH)$/.test(variable);
	const added = [
		...new Set([...own.added, 'AGENT_RELAY_DEPTH', 'AGENT_RELAY_SESSION', 'AGENT_RELAY_TURN']),
	].sort();
	const taken = new Set(own.removed);
	const kept = Object.keys(env)
		.filter((variable) => !isOurs(variable) && !taken.has(variable) && !own.added.includes(variable))
		.sort();
	return { kind: 'variables', agent: adapter.id, kept, added, removed: [...removed, ...taken].sort() };
}

/** What the adapter itself sets and takes away, for a plain turn. */
function additions(
	adapter: AgentAdapter,
	place: Pick<TurnRequest, 'env' | 'folder' | 'worktree' | 'isTrusted'>,
): { added: string[]; removed: string[] } {
	const request: TurnRequest = {
		...place,
		nativeSessionId: null,
		resume: false,
		model: null,
		permissions: 'edit',
		allowCommands: [],
		isGitRepo: true,
		isRoot: false,
		privatePath: '/',
	};
	const entries = Object.entries(adapter.command(request).env);
	return {
		added: entries.flatMap(([name, value]) => (value === null ? [] : [name])),
		removed: entries.flatMap(([name, value]) => (value === null && name in place.env ? [name] : [])),
	};
}
