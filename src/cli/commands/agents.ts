/** `agent-relay agents`: which agents are here, logged in, limited; and what each would see of the environment. */
import { join } from 'node:path';
import type { AgentAdapter, TurnRequest } from '../../agents/contract.ts';
import { agentEnvironment } from '../../agents/environment.ts';
import type { AgentRegistry } from '../../agents/registry.ts';
import { type App, homeOf } from '../../app/create-app.ts';
import { openRelay, type RelayFlags, readSettings, type Settings } from '../../app/open-relay.ts';
import { clonedFolders, obeysRepo, type RepoTrust } from '../../app/repo-trust.ts';
import { createVersionCache } from '../../app/version-cache.ts';
import { toIso } from '../../core/clock.ts';
import { searchPathOutside } from '../../core/find-executable.ts';
import { safeLine } from '../../core/text.ts';
import { describeTime } from '../../limits/describe-limit.ts';
import type { AgentOverview } from '../../relay/contract.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import { renderTable } from '../../ui/table.ts';
import { wrapToColumns } from '../../ui/text-width.ts';
import type { CommandResult, Output } from '../command.ts';

const REMARK_CHARS = 160;

const NO_FLAGS: RelayFlags = {
	kind: 'run',
	agent: null,
	model: null,
	permissions: null,
	order: null,
	timeoutMs: null,
	isTrusted: false,
	config: [],
};

export async function agents(app: App, options: { env?: string }, output: Output): Promise<CommandResult> {
	const settings = await readSettings(app, NO_FLAGS);
	if (options.env !== undefined) return showEnvironment(app, settings, options.env, output);
	const relay = await openRelay(app, NO_FLAGS, { settings });
	const overviews = await withVersions(app, settings.registry, await relay.agents());
	return {
		exitCode: EXIT.done,
		data: { agents: overviews.map(toJson) },
		lines: tableLines(overviews, app.clock.now(), output),
	};
}

/** Here, off the path of any turn, an installed agent may be asked for its version. */
async function withVersions(
	app: App,
	registry: AgentRegistry,
	overviews: readonly AgentOverview[],
): Promise<AgentOverview[]> {
	const PATH = searchPathOutside(app.env.PATH ?? '', clonedFolders(await app.repo(), homeOf(app.env)));
	const env = { ...app.env, PATH };
	const versions = createVersionCache(join(app.paths.cacheHome, 'versions.json'), () => env);
	return Promise.all(
		overviews.map(async (overview) => {
			const { agent, executable, version, isDemo } = overview;
			if (executable === null || version !== null || isDemo) return overview;
			const told = await versions.ask(registry.find(agent), executable).catch(() => null);
			return { ...overview, version: told };
		}),
	);
}

function tableLines(overviews: readonly AgentOverview[], now: number, { theme, columns }: Output): string[] {
	const rows = overviews.map((agent) => [
		[agent.agent, ...agent.aliases].join(', '),
		readiness(agent),
		safeLine(agent.version ?? '', 20),
		remark(agent, now),
	]);
	const heads = [
		{ title: 'agent', paint: theme.bold },
		{ title: 'state' },
		{ title: 'version' },
		{ title: 'remark', minColumns: 16, paint: theme.dim },
	];
	const isAlone = overviews.every(({ isDemo, executable }) => isDemo || executable === null);
	const hint = ['', 'No agent is installed: any one of these is enough. Until then: agent-relay demo'];
	return [...renderTable(heads, rows, { columns, theme }), ...(isAlone ? hint : [])];
}

function readiness(agent: AgentOverview): string {
	if (agent.refused !== null) return 'refused here';
	if (agent.executable === null) return 'not installed';
	if (agent.isLimited || agent.limitedUntil !== null) return 'limited';
	if (agent.login?.loggedIn === 'no') return 'not logged in';
	if (agent.login?.untouched === true) return 'no login known';
	return agent.isDemo ? 'demo' : 'ready';
}

function remark(agent: AgentOverview, now: number): string {
	if (agent.refused !== null) return safeLine(agent.refused, REMARK_CHARS);
	if (agent.executable === null) return safeLine(agent.install, REMARK_CHARS);
	if (agent.limitedUntil !== null) return `free ${describeTime(agent.limitedUntil, { now })}`;
	if (agent.login?.loggedIn === 'no') return agent.login.advice;
	return safeLine(agent.login?.evidence ?? '', REMARK_CHARS);
}

function toJson(agent: AgentOverview): Record<string, unknown> {
	return {
		agent: agent.agent,
		title: agent.title,
		aliases: agent.aliases,
		is_demo: agent.isDemo,
		state: readiness(agent).replaceAll(' ', '_'),
		executable: agent.executable,
		looked_at: agent.lookedAt,
		version: agent.version,
		logged_in: agent.login?.loggedIn ?? null,
		login_evidence: agent.login?.evidence ?? null,
		limited_until: agent.limitedUntil === null ? null : toIso(agent.limitedUntil),
		refused: agent.refused,
		install: agent.install,
	};
}

/** Names only, never a value. */
function showEnvironment(
	app: App,
	{ registry, trust }: Settings,
	name: string,
	{ theme, columns }: Output,
): CommandResult {
	const adapter = registry.find(name);
	const { env, removed } = agentEnvironment(app.env, adapter, registry.adapters, { session: '', turn: 0 });
	const own = additions(adapter, env, trust);
	const isOurs = (variable: string) => /^AGENT_RELAY_(?:SESSION|TURN|DEPTH)$/.test(variable);
	const added = [
		...new Set([...own.added, 'AGENT_RELAY_DEPTH', 'AGENT_RELAY_SESSION', 'AGENT_RELAY_TURN']),
	].sort();
	const taken = new Set(own.removed);
	const kept = Object.keys(env)
		.filter((variable) => !isOurs(variable) && !taken.has(variable) && !own.added.includes(variable))
		.sort();
	const data = { agent: adapter.id, kept, added, removed: [...removed, ...taken].sort() };
	const part = (title: string, names: readonly string[]) => [
		theme.bold(`${title} (${names.length})`),
		...(names.length === 0
			? []
			: wrapToColumns(`  ${safeLine(names.join(' '), 20_000)}`, columns, { indent: 2 })),
	];
	const lines = [
		`The environment of ${adapter.id}, names only:`,
		...part('kept', data.kept),
		...part('added', data.added),
		...part('removed', data.removed),
	];
	return { exitCode: EXIT.done, data, lines };
}

/** What the adapter itself sets and takes away, for a plain turn. */
function additions(
	adapter: AgentAdapter,
	env: Readonly<Record<string, string>>,
	trust: RepoTrust,
): { added: string[]; removed: string[] } {
	const isTrusted = obeysRepo(trust);
	const request: TurnRequest = {
		nativeSessionId: null,
		resume: false,
		model: null,
		permissions: 'edit',
		allowCommands: [],
		isTrusted,
		// Where an agent refuses the repo, its variables are still those of one without such files.
		folder: isTrusted ? trust.folder : '/',
		worktree: isTrusted ? trust.worktree : '/',
		isGitRepo: true,
		isRoot: false,
		env,
		privatePath: '/',
	};
	const entries = Object.entries(adapter.command(request).env);
	return {
		added: entries.flatMap(([name, value]) => (value === null ? [] : [name])),
		removed: entries.flatMap(([name, value]) => (value === null && name in env ? [name] : [])),
	};
}
