/** The words of podman and docker, which take the same ones. An argument can be seen in the list of processes, so none holds a secret. */
import { RelayError } from '../../core/errors.ts';
import type { ProcessResult } from '../../core/processes/run-process.ts';
import { safeLine } from '../../core/text.ts';
import type { Probe } from '../runner-state.ts';

/** Of the user's configuration. */
export interface ContainerLimits {
	/** As the engines take it: `2g`; null: none. */
	memory: string | null;
	/** 0: none. */
	pids: number;
}

export interface ContainerPlan {
	name: string;
	image: string;
	/** Read and written at the path that they have outside, so that a path means the same on both sides. */
	folders: readonly string[];
	work: string;
	/** null: root within, which is this user where podman is not run by root. */
	user: string | null;
	limits: ContainerLimits;
	/** Shown to everybody. */
	variables: Readonly<Record<string, string>>;
	/** Their values come from the environment of the engine. */
	passed: readonly string[];
	hosts: readonly { name: string; address: string }[];
	labels: Readonly<Record<string, string>>;
	command: readonly string[];
}

export const STARTED_LABEL = 'agent-relay.started';
/** For what writes beside its own folders; the rest of the root is read-only. */
const SCRATCH = ['/tmp:rw,mode=1777', '/run:rw,mode=1777', '/var/tmp:rw,mode=1777'];

/** Nothing is fetched for it: an image is one that this engine has. */
export const runWords = (plan: ContainerPlan): string[] => [
	...['run', '--detach', '--pull', 'never', '--name', plan.name],
	...pairs('--label', plan.labels),
	...['--network', 'host', '--read-only'],
	...SCRATCH.flatMap((place) => ['--tmpfs', place]),
	...['--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
	...(plan.limits.memory === null ? [] : ['--memory', plan.limits.memory]),
	...(plan.limits.pids === 0 ? [] : ['--pids-limit', String(plan.limits.pids)]),
	...(plan.user === null ? [] : ['--user', plan.user]),
	...plan.folders.flatMap((folder) => ['--volume', `${folder}:${folder}:rw`]),
	...['--workdir', plan.work],
	...pairs('--env', plan.variables),
	...plan.passed.flatMap((name) => ['--env', name]),
	...plan.hosts.flatMap(({ name, address }) => ['--add-host', `${name}:${address}`]),
	...[plan.image, ...plan.command],
];

const pairs = (flag: string, values: Readonly<Record<string, string>>): string[] =>
	Object.entries(values).flatMap(([name, value]) => [flag, `${name}=${value}`]);

const FIELDS = `{{.Name}}|{{.State.Running}}|{{.State.Pid}}|{{index .Config.Labels "${STARTED_LABEL}"}}`;

export const inspectWords = (names: readonly string[]): string[] => [
	...['container', 'inspect', '--format', FIELDS, ...names],
];

interface SeenContainer {
	isRunning: boolean;
	pid: number | null;
	startedAs: string;
}

/** By name; those that are not there are left out. A text: why the engine could not be asked. */
export function readInspected(result: ProcessResult): ReadonlyMap<string, SeenContainer> | string {
	const { exitCode, stdout, stderr, timedOut } = result;
	if (timedOut) return 'it does not answer';
	const others = stderr.split('\n').filter((line) => line.trim() !== '' && !NOT_THERE.test(line));
	const rows = stdout
		.toString()
		.split('\n')
		.flatMap((line) => {
			const [name = '', running = '', pid = '', startedAs = ''] = line.split('|');
			if (running === '') return [];
			const seen = { isRunning: running === 'true', pid: Number(pid) || null, startedAs };
			return [[name.replace(/^\//, ''), seen] as const];
		});
	return exitCode === 0 || others.length === 0
		? new Map(rows)
		: safeLine(others[0] ?? `exit ${exitCode}`, 300);
}

const NOT_THERE = /no such (?:container|object)|no container with name/i;

/** What it printed. Throws `not_started` with what the engine says. */
export function mustHave(
	result: ProcessResult,
	{ engine, image }: { engine: string; image?: string },
): string {
	const { exitCode, stdout, stderr, timedOut } = result;
	if (exitCode === 0) return stdout.toString();
	const lines = stderr.trim().split('\n');
	const why = timedOut ? 'it does not answer' : safeLine(lines.at(-1) ?? '', 300);
	const isUnknownImage =
		image !== undefined && /image not known|no such image|unable to find image/i.test(stderr);
	throw new RelayError('not_started', `${engine} failed: ${why}`, {
		...(isUnknownImage
			? { hint: `Nothing is fetched for a runner. Fetch it first: ${engine} pull ${image}` }
			: {}),
	});
}

/** `clients`: how many of this machine are attached, as a client that was killed stays in the tmux within. */
export const probeOf = (seen: SeenContainer | undefined, clients: number): Probe =>
	seen?.isRunning
		? { is: 'running', attached: clients, pid: seen.pid, startedAs: seen.startedAs }
		: { is: 'stopped' };
