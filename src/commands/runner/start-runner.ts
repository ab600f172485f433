/** Starts a stopped runner with what is stored. */
import { agentEnvironment, withAdditions } from '../../agents/environment.ts';
import type { TuiRequest } from '../../agents/tui/agent-tui.ts';
import { tuiOf } from '../../agents/tui/tuis.ts';
import { RelayError } from '../../core/errors.ts';
import { addressOf, dnsNameOf } from '../../runners/dns-hosts.ts';
import type { StartWork } from '../../runners/engines/engine.ts';
import type { RunnerRecord } from '../../runners/runner-record.ts';
import { type RunnerDesk, requireWork } from './runner-desk.ts';

/** Whoever calls holds the lock. Throws `not_started`, `agent_not_installed`, `refused`. */
export async function startRunner(runner: RunnerRecord, desk: RunnerDesk): Promise<RunnerRecord> {
	requireWork(desk, runner);
	await desk.engineOf(runner).start(runner, await workFor(runner, desk));
	return desk.used(runner);
}

async function workFor(runner: RunnerRecord, desk: RunnerDesk): Promise<StartWork> {
	const { store, domain } = desk;
	const { command, env, passed } = await programOf(runner, desk);
	const hosts = store.list().runners.flatMap((one) => {
		const [name, address] = [dnsNameOf(one, domain), addressOf(one)];
		return name === null || address === null ? [] : [{ name, address }];
	});
	const port =
		runner.port === 0 ? {} : { PORT: String(runner.port), AGENT_RELAY_RUNNER_PROTOCOL: runner.protocol };
	return { command, env: { ...withoutTurn(env), ...port }, passed: [...passed, ...Object.keys(port)], hosts };
}

type Program = Pick<StartWork, 'command' | 'env' | 'passed'>;

async function programOf(runner: RunnerRecord, desk: RunnerDesk): Promise<Program> {
	const { context } = desk;
	const { agent, command, name } = runner;
	if (runner.kind !== 'local') return programWithin(runner, desk);
	if (agent === null) {
		const [program = '', ...args] = command ?? [];
		const path = program.includes('/') ? program : await context.findProgram(program);
		if (path !== null) return { command: [path, ...args], env: context.env, passed: [] };
		throw new RelayError('not_started', `${program}, which the runner ${name} runs, is not installed.`, {
			hint: 'Install it, or see where it is: it is looked for on PATH.',
		});
	}
	const { registry } = await context.settings();
	const adapter = registry.find(agent);
	for (const executable of adapter.executables) {
		const path = await context.findProgram(executable);
		if (path === null) continue;
		const { env } = agentEnvironment(context.env, adapter, registry.adapters, { session: '', turn: 0 });
		const tui = tuiOf(adapter.id)?.command(await requestOf(runner, env, desk));
		const passed = adapter.secretVariables;
		if (tui === undefined) return { command: [path], env, passed };
		return { command: [path, ...tui.args], env: withAdditions(env, tui.env), passed };
	}
	throw new RelayError('agent_not_installed', `${adapter.title} is not installed.`, {
		hint: `Install it with: ${adapter.install}`,
	});
}

/** What is in the container is found there, and of the environment only what the agent logs in with goes in. */
async function programWithin(runner: RunnerRecord, desk: RunnerDesk): Promise<Program> {
	const { context } = desk;
	const { agent, command } = runner;
	if (agent === null) return { command: command ?? [], env: context.env, passed: [] };
	const { registry } = await context.settings();
	const adapter = registry.find(agent);
	const { env } = agentEnvironment(context.env, adapter, registry.adapters, { session: '', turn: 0 });
	const tui = tuiOf(adapter.id)?.command(await requestOf(runner, env, desk));
	const [executable = adapter.id] = adapter.executables;
	const given = Object.entries(tui?.env ?? {}).flatMap(([name, value]) => (value === null ? [] : name));
	return {
		command: [executable, ...(tui?.args ?? [])],
		env: withAdditions(env, tui?.env ?? {}),
		passed: [...adapter.secretVariables, ...given],
	};
}

/** A new conversation with the user's preset. Only a repo that it works in place can be one that the user trusts. */
async function requestOf(
	runner: RunnerRecord,
	env: TuiRequest['env'],
	{ context, workOf }: RunnerDesk,
): Promise<TuiRequest> {
	const { loaded, isRepoObeyed } = await context.settings();
	const { preset, allow_commands } = loaded.config.permissions;
	const work = workOf(runner);
	const isOwn = runner.in_place && (await context.repo()).worktree === work;
	return {
		...{ nativeSessionId: null, resume: false, model: null, firstPrompt: null },
		...{ permissions: preset, allowCommands: allow_commands, isTrusted: isOwn && isRepoObeyed },
		...{
			folder: work,
			worktree: work,
			isGitRepo: runner.repo !== null,
			// Within podman's containers everything is root, though only there.
			isRoot: runner.kind === 'podman' || process.getuid?.() === 0,
			env,
		},
	};
}

/** A runner is no turn: what marks those is not handed on, or the end of the turn would end it. */
function withoutTurn(env: Readonly<Record<string, string>>): Record<string, string> {
	const { AGENT_RELAY_SESSION: _, AGENT_RELAY_TURN: __, ...rest } = env;
	return rest;
}
