/** Runners of this machine: a tmux server each, so that each has its own environment and a crash hits one alone. */
import { join } from 'node:path';
import type { Clock } from '../../core/clock.ts';
import { RelayError } from '../../core/errors.ts';
import { lstatIfThere } from '../../core/files/file-facts.ts';
import { removeIfThere } from '../../core/files/write-file.ts';
import type { ProcessIdentity, ProcessTable } from '../../core/processes/process-table.ts';
import { safeLine } from '../../core/text.ts';
import type { RunnerRecord } from '../runner-record.ts';
import { type Probe, startDigest } from '../runner-state.ts';
import { FOLDER_VARIABLE, RUNNER_VARIABLE } from '../runner-variables.ts';
import { type Engine, GRACE_MS, type StartWork, type Stopped } from './engine.ts';
import { probePlaces } from './local-probe.ts';
import { serverName } from './server-name.ts';
import { layStartFiles, noteStart, START_PATHS } from './start-files.ts';
import {
	ATTACH,
	beginOnce,
	beginSession,
	detachClients,
	probeTmux,
	type RunTmux,
	screenOf,
} from './tmux-commands.ts';

interface LocalDeps {
	/** Absolute; null: there is none. */
	tmux(): Promise<string | null>;
	env: Readonly<Record<string, string>>;
	processes: ProcessTable;
	clock: Clock;
	folderOf(uuid: string): string;
	workOf(runner: RunnerRecord): string;
}

/** Whether a program ends at once is seen within this time. */
const FIRST_LOOK_MS = 300;
const LOOK_MS = 50;
/** How long the server of a program that has ended may take to say so: a moment, or seconds on a busy machine. */
const REPORT_MS = 8_000;

export function createLocalEngine(deps: LocalDeps): Engine {
	const { processes, clock, folderOf } = deps;
	const env = withoutTmux(deps.env);
	const tmuxOf = (runner: RunnerRecord, options: { env?: StartWork['env']; conf?: string } = {}): RunTmux => {
		const folder = folderOf(runner.uuid);
		const conf = options.conf === undefined ? [] : ['-f', options.conf];
		const where = ['-u', '-L', serverName(folder), ...conf];
		return async (args, input) => {
			// A list of runners starts nothing, and is read without all that starts programs.
			const [tmux, { runTool }] = await Promise.all([installed(deps), import('./run-tool.ts')]);
			return runTool(tmux, [...where, ...args], { env: options.env ?? env, cwd: folder, input });
		};
	};
	const ask = async (runner: RunnerRecord): Promise<Probe> =>
		(await deps.tmux()) === null
			? { is: 'unknown', why: 'tmux is not installed' }
			: probeTmux(tmuxOf(runner));
	const probe = (runners: readonly RunnerRecord[]): Promise<Probe[]> =>
		probePlaces(
			runners.map((runner) => {
				const folder = folderOf(runner.uuid);
				return { runner, folder, socket: () => socketPath(folder) };
			}),
			{ sockets: socketFolder(), ask },
		);
	/** A relay that is called within the runner is none of its programs. */
	const own = ({ uuid }: RunnerRecord) =>
		processes.withEnvironment({ [RUNNER_VARIABLE]: uuid }).filter(({ pid }) => pid !== process.pid);
	const stop = async (runner: RunnerRecord): Promise<Stopped> => {
		const [before] = await probe([runner]);
		const panePid = before?.is === 'running' ? before.pid : null;
		const first = own(runner);
		if (before?.is !== 'running' && first.length === 0) return 'was_stopped';
		const holders = holdersOf(first, processes, panePid);
		const working = first.filter(({ pid }) => !holders.has(pid));
		for (const one of working) processes.signal(one, 'SIGTERM');
		const deadline = clock.monotonic() + GRACE_MS;
		const isLeft = () => own(runner).some(({ pid }) => !holders.has(pid));
		while (isLeft() && clock.monotonic() < deadline) await clock.sleep(LOOK_MS);
		const isKilled = isLeft();
		// The server says how the program ended, and ends then by itself.
		const reported = clock.monotonic() + REPORT_MS;
		while (!isKilled && own(runner).length > 0 && clock.monotonic() < reported) await clock.sleep(LOOK_MS);
		for (const one of own(runner)) processes.signal(one, 'SIGKILL');
		const gone = clock.monotonic() + GRACE_MS;
		while (own(runner).length > 0 && clock.monotonic() < gone) await clock.sleep(LOOK_MS);
		const [left] = own(runner);
		if (left !== undefined)
			throw new RelayError(
				'agent_survived',
				`Process ${left.pid} of the runner ${runner.name} does not end.`,
				{
					hint: `It runs: ${safeLine(left.command, 120)}`,
				},
			);
		return isKilled ? 'killed' : 'ended';
	};
	return {
		...screenOf(tmuxOf, clock),
		probe,
		stop,
		start: async (runner, work) => {
			const folder = folderOf(runner.uuid);
			layStartFiles(folder);
			const marks = { [RUNNER_VARIABLE]: runner.uuid, [FOLDER_VARIABLE]: folder };
			const run = tmuxOf(runner, {
				env: { ...withoutTmux(work.env), ...marks },
				conf: join(folder, START_PATHS.conf),
			});
			const command = ['/bin/sh', join(folder, START_PATHS.run), ...work.command];
			const recorder = `exec /bin/sh "$${FOLDER_VARIABLE}/${START_PATHS.record}"`;
			const startedAs = startDigest(runner);
			const begin = beginSession({ folder: deps.workOf(runner), startedAs, command, recorder });
			const pid = await beginOnce(run, begin);
			// The tmux of a relay that was killed while it started this one may be first: it does the same.
			if (pid === null) return;
			noteStart(folder, startedAs, pid);
			await firstLook(folder, clock);
		},
		attachWords: async (runner) => ({
			program: await installed(deps),
			args: ['-u', '-L', serverName(folderOf(runner.uuid)), ...ATTACH],
			env,
		}),
		detach: async (runner) => detachClients(tmuxOf(runner)),
		remove: async ({ uuid }) => {
			// tmux leaves the socket of a server that has ended.
			removeIfThere(socketPath(folderOf(uuid)));
			return [];
		},
	};
}

/** The server, the shell around the program and the recorder, which end with the program; SIGTERM would end its terminal first. */
function holdersOf(
	own: readonly ProcessIdentity[],
	processes: ProcessTable,
	panePid: number | null,
): ReadonlySet<number> {
	const entries = new Map(processes.snapshot().map((entry) => [entry.pid, entry]));
	const servers = own.filter(({ pid }) => entries.get(pid)?.name.startsWith('tmux')).map(({ pid }) => pid);
	const ofServer = own
		.filter(({ pid }) => servers.includes(entries.get(pid)?.parent ?? 0))
		.map(({ pid }) => pid);
	return new Set([...servers, ...ofServer, ...(panePid === null ? [] : [panePid])]);
}

/** Where tmux has it, whatever the caller's TMUX_TMPDIR: from everywhere it is the same server. */
const socketFolder = (): string => `/tmp/tmux-${process.getuid?.() ?? 0}`;
const socketPath = (folder: string): string => `${socketFolder()}/${serverName(folder)}`;

function withoutTmux(env: Readonly<Record<string, string>>): Record<string, string> {
	const { TMUX: _, TMUX_PANE: __, TMUX_TMPDIR: ___, ...rest } = env;
	return rest;
}

/** Whether the program ends at once. */
async function firstLook(folder: string, clock: Clock): Promise<void> {
	const until = clock.monotonic() + FIRST_LOOK_MS;
	while (clock.monotonic() < until && lstatIfThere(join(folder, START_PATHS.exit)) === undefined)
		await clock.sleep(LOOK_MS);
}

async function installed({ tmux }: Pick<LocalDeps, 'tmux'>): Promise<string> {
	const path = await tmux();
	if (path !== null) return path;
	throw new RelayError('not_started', 'Runners need tmux, which is not installed.', {
		hint: 'Install it: apt-get install tmux, or brew install tmux',
	});
}
