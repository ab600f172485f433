/** Runners in a container each, of podman or docker: the tmux in it runs the program, and the runner's folder is mounted. */
import { join } from 'node:path';
import type { Clock } from '../../core/clock.ts';
import { RelayError } from '../../core/errors.ts';
import { lstatIfThere } from '../../core/files/file-facts.ts';
import { ensureFolder } from '../../core/files/folders.ts';
import type { ProcessTable } from '../../core/processes/process-table.ts';
import type { ProcessResult } from '../../core/processes/run-process.ts';
import type { RunnerRecord } from '../runner-record.ts';
import { type Probe, startDigest } from '../runner-state.ts';
import { FOLDER_VARIABLE, RUNNER_VARIABLE } from '../runner-variables.ts';
import {
	type ContainerLimits,
	inspectWords,
	mustHave,
	probeOf,
	readInspected,
	runWords,
	STARTED_LABEL,
} from './container-commands.ts';
import { type Engine, GRACE_MS, type StartWork } from './engine.ts';
import { runTool } from './run-tool.ts';
import { serverName } from './server-name.ts';
import { layInsideFile, layStartFiles, START_PATHS } from './start-files.ts';
import { ATTACH, detachClients, INSIDE, type RunTmux, screenOf } from './tmux-commands.ts';

export interface ContainerDeps {
	engine: 'podman' | 'docker';
	/** Absolute; null: it is not installed. */
	program(): Promise<string | null>;
	env: Readonly<Record<string, string>>;
	processes: ProcessTable;
	clock: Clock;
	limits(): Promise<ContainerLimits>;
	folderOf(uuid: string): string;
	workOf(runner: RunnerRecord): string;
}

/** Marks the programs that show a runner on a terminal of this machine. */
const CLIENT_VARIABLE = 'AGENT_RELAY_RUNNER_CLIENT';
/** A container is up within a second; on a busy machine it takes ten times as long. */
const UP_MS = 30_000;
const LOOK_MS = 50;

type Env = Readonly<Record<string, string>>;

export function createContainerEngine(deps: ContainerDeps): Engine {
	const { engine, processes, clock, folderOf } = deps;
	const nameOf = ({ uuid }: RunnerRecord) => serverName(folderOf(uuid));
	const call: Call = async (args, more = {}) =>
		runTool(await installed(deps), args, { env: deps.env, cwd: '/', ...more });
	const clientsOf = ({ uuid }: RunnerRecord) => processes.withEnvironment({ [CLIENT_VARIABLE]: uuid });
	const probe: Engine['probe'] = async (runners, within) => {
		const found = await inspect(runners.map(nameOf), { engine, call, within });
		return runners.map((runner): Probe => {
			if (typeof found === 'string') return { is: 'unknown', why: found };
			const seen = found.get(nameOf(runner));
			return probeOf(seen, seen?.isRunning ? clientsOf(runner).length : 0);
		});
	};
	const isRunning = async (runner: RunnerRecord) => (await probe([runner]))[0]?.is === 'running';
	const within =
		(runner: RunnerRecord): RunTmux =>
		(args, input) =>
			call(['exec', ...(input === undefined ? [] : ['-i']), nameOf(runner), ...INSIDE, ...args], {
				...(input === undefined ? {} : { input }),
			});
	const clear = (runner: RunnerRecord) => call(['rm', '--force', nameOf(runner)]);
	return {
		...screenOf(within, clock),
		probe,
		start: async (runner, work) => {
			const plan = await planOf(runner, work, { ...deps, call, name: nameOf(runner) });
			await clear(runner);
			mustHave(await call(runWords(plan), { env: { ...work.env, ...deps.env, ...passedOf(work) } }), {
				...{ engine, image: plan.image },
			});
			await isUp(runner, { folder: folderOf(runner.uuid), clock, isRunning, call, name: nameOf(runner) });
		},
		attachWords: async (runner) => ({
			program: await installed(deps),
			args: ['exec', '-it', '--env', 'TERM', '--env', 'COLORTERM', nameOf(runner), ...INSIDE, ...ATTACH],
			env: { ...deps.env, [CLIENT_VARIABLE]: runner.uuid },
		}),
		detach: async (runner) => {
			const clients = clientsOf(runner).length;
			// Also those of terminals that were killed.
			await detachClients(within(runner));
			return clients;
		},
		stop: async (runner) => {
			if (!(await isRunning(runner))) return 'was_stopped';
			const seconds = String(GRACE_MS / 1000);
			mustHave(await call(['stop', '--time', seconds, nameOf(runner)], { timeoutMs: 3 * GRACE_MS }), {
				engine,
			});
			if (await isRunning(runner))
				throw new RelayError('agent_survived', `The container of the runner ${runner.name} does not end.`, {
					hint: `See it: ${engine} container inspect ${nameOf(runner)}`,
				});
			// Written when its program ends; one that had to be killed took all with it.
			return lstatIfThere(join(folderOf(runner.uuid), START_PATHS.exit)) === undefined ? 'killed' : 'ended';
		},
		remove: async (runner) => {
			const found = await inspect([nameOf(runner)], { engine, call });
			if (typeof found === 'string')
				throw new RelayError('not_started', `${engine} cannot be asked for the container: ${found}`);
			if (!found.has(nameOf(runner))) return [];
			mustHave(await clear(runner), { engine });
			return [`the container ${nameOf(runner)}`];
		},
	};
}

type Call = (
	args: readonly string[],
	more?: { env?: Env; input?: string; timeoutMs?: number },
) => Promise<ProcessResult>;

async function inspect(
	names: readonly string[],
	{ engine, call, within }: { engine: string; call: Call; within?: number | undefined },
) {
	try {
		const timeout = within === undefined ? {} : { timeoutMs: within };
		return readInspected(await call(inspectWords(names), timeout));
	} catch (error) {
		if (error instanceof RelayError) return `${engine}: ${error.message}`;
		throw error;
	}
}

async function installed({ engine, program }: Pick<ContainerDeps, 'engine' | 'program'>): Promise<string> {
	const path = await program();
	if (path !== null) return path;
	throw new RelayError('not_started', `${engine} is not installed.`, {
		hint: `Install it, or use another kind: agent-relay runner create NAME --kind local`,
	});
}

const passedOf = ({ env, passed }: StartWork): Env =>
	Object.fromEntries(passed.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));

async function planOf(
	runner: RunnerRecord,
	work: StartWork,
	{ engine, call, name, folderOf, workOf, limits }: ContainerDeps & { call: Call; name: string },
) {
	if (runner.image === null)
		throw new RelayError('refused', `The runner ${runner.name} has no image.`, {
			hint: `Give it one: agent-relay runner edit ${runner.name} --image IMAGE`,
		});
	const folder = folderOf(runner.uuid);
	layStartFiles(folder);
	layInsideFile(folder);
	const home = join(folder, 'home');
	ensureFolder(home);
	const startedAs = startDigest(runner);
	return {
		...{ name, image: runner.image, work: workOf(runner), hosts: work.hosts },
		limits: await limits(),
		folders: runner.in_place ? [folder, workOf(runner)] : [folder],
		user: engine === 'docker' ? await dockerUser(call) : null,
		variables: {
			...{ HOME: home, LANG: 'C.UTF-8' },
			...{ [RUNNER_VARIABLE]: runner.uuid, [FOLDER_VARIABLE]: folder },
		},
		passed: Object.keys(passedOf(work)),
		labels: { [STARTED_LABEL]: startedAs, 'agent-relay.runner': runner.uuid },
		command: ['/bin/sh', join(folder, START_PATHS.inside), ...work.command],
	};
}

/** Root within is root outside where docker is not rootless, and has no right to the files of another user here. */
async function dockerUser(call: Call): Promise<string | null> {
	const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
	if (uid === 0) return null;
	const { stdout } = await call(['info', '--format', '{{json .SecurityOptions}}']);
	return stdout.toString().includes('rootless') ? null : `${uid}:${gid}`;
}

/** Until the tmux within has its session, or all of it has ended. */
async function isUp(
	runner: RunnerRecord,
	place: {
		folder: string;
		clock: Clock;
		isRunning(runner: RunnerRecord): Promise<boolean>;
		call: Call;
		name: string;
	},
): Promise<void> {
	const { folder, clock, call, name } = place;
	const isThere = (path: string) => lstatIfThere(join(folder, path)) !== undefined;
	const until = clock.monotonic() + UP_MS;
	while (clock.monotonic() < until) {
		if (isThere(START_PATHS.started) || isThere(START_PATHS.exit)) return;
		await clock.sleep(LOOK_MS);
		if (await place.isRunning(runner)) continue;
		if (isThere(START_PATHS.exit)) return;
		const { stdout, stderr } = await call(['logs', name]);
		throw new RelayError('not_started', `The container of the runner ${runner.name} has ended at once.`, {
			hint: `It needs sh and tmux in its image. It said: ${`${stdout}${stderr}`.trim().slice(-300)}`,
		});
	}
	throw new RelayError('not_started', `The container of the runner ${runner.name} does not begin its work.`);
}
