/**
 * Builds every run of git, with the same protection in a trusted repo as in any other. Programs a repo can make git execute
 * (fsmonitor, hooks, pagers, editors, credential helpers, external diffs) are switched off on the command line, which takes
 * precedence over every config file; those with a name of their own (filters, hooks from config) are looked up and switched off by
 * that name for every command that could run them (`named-programs.ts`). Nothing is ever fetched, and inherited `GIT_*` variables
 * are dropped. The user's own global config stays in force by default, because it is trusted and decides `safe.directory` and what
 * is ignored; `ISOLATED` leaves it out where it could only change an output.
 */
import { RelayError } from '../core/errors.ts';
import type { ProcessResult, RunProcessOptions } from '../core/processes/run-process.ts';
import {
	mayRunPrograms,
	NO_PROGRAMS,
	type ProgramsOff,
	programsOff,
	QUESTION,
} from './repo/named-programs.ts';
import { createOddFileGuard } from './snapshots/odd-file-guard.ts';

export interface GitRunOptions {
	cwd: string;
	/** Added to the protected environment. */
	env?: Readonly<Record<string, string>>;
	input?: string | Buffer;
	/** Exit codes besides 0 that are an answer. */
	allowExit?: readonly number[];
	/** How much of stdout is kept; the rest is read and dropped (`truncated`). */
	maxBytes?: number;
	/** Default: ten minutes. */
	timeoutMs?: number;
	/** A fresh answer of `readProgramsOff`, shared by several runs. Without it each run that needs one asks. */
	programs?: ProgramsOff;
}

export interface GitResult {
	exitCode: number;
	stdout: Buffer;
	stderr: string;
	truncated: boolean;
}

export interface Git {
	/**
	 * Runs one git command. Throws RelayError `git_failed` with git's first line for any other exit, a `GitTimeout` on timeout,
	 * `not_started` when git cannot be started, and `unreadable_file` when it would wait for a pipe in place of a file it reads.
	 */
	run(args: readonly string[], options: GitRunOptions): Promise<GitResult>;
}

/** Enough for the largest checkouts; a run that takes longer waits for something that will not come. */
const LONGEST_MS = 10 * 60_000;

export class GitTimeout extends RelayError {
	constructor(command: string, timeoutMs: number) {
		super('git_failed', `git ${command} took more than ${timeoutMs} ms`);
		this.name = 'GitTimeout';
	}
}

export type RunProcess = (
	executable: string,
	args: readonly string[],
	options: RunProcessOptions,
) => Promise<ProcessResult>;

/** Environment that leaves the user's and the machine's git config out. */
export const ISOLATED = { GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' } as const;

export function createGit(options: {
	/** Absolute path. */
	executable: string;
	env: Readonly<Record<string, string | undefined>>;
	runProcess: RunProcess;
}): Git {
	const armoured = armouredEnv(options.env);
	const oddFiles = createOddFileGuard();
	const start = async (args: readonly string[], run: GitRunOptions): Promise<GitResult> => {
		const env = { ...armoured, ...run.env };
		const timeoutMs = run.timeoutMs ?? LONGEST_MS;
		const result = await oddFiles.guard({ cwd: run.cwd, env }, timeoutMs, (signal) =>
			options.runProcess(options.executable, [...ARMOUR, ...args], {
				cwd: run.cwd,
				env,
				timeoutMs,
				signal,
				endsWithUs: true,
				...(run.input === undefined ? {} : { input: run.input }),
				...(run.maxBytes === undefined ? {} : { maxOutputBytes: run.maxBytes }),
			}),
		);
		const command = commandOf(args);
		if (result.timedOut) throw new GitTimeout(command, timeoutMs);
		const { exitCode, stdout, stderr, truncated } = result;
		if (exitCode === null || (exitCode !== 0 && !run.allowExit?.includes(exitCode)))
			throw gitFailed(command, exitCode ?? result.signal, stderr);
		return { exitCode, stdout, stderr, truncated };
	};
	return {
		run: async (args, run) => {
			const at = commandAt(args);
			const isHarmless = !mayRunPrograms(args.slice(at));
			const off = isHarmless ? NO_PROGRAMS : (run.programs ?? (await askPrograms(start, run)));
			return start([...off.args, ...withoutDiffPrograms(args, at)], {
				...run,
				env: { ...run.env, ...off.env },
			});
		},
	};
}

/** Asks once for several runs at the same place in a row. */
export const readProgramsOff = (git: Git, run: Pick<GitRunOptions, 'cwd' | 'env'>): Promise<ProgramsOff> =>
	askPrograms(git.run, run);

async function askPrograms(
	ask: Git['run'],
	{ cwd, env, timeoutMs }: Pick<GitRunOptions, 'cwd' | 'env' | 'timeoutMs'>,
): Promise<ProgramsOff> {
	const answer = await ask(QUESTION, {
		cwd,
		allowExit: [1],
		...(env === undefined ? {} : { env }),
		...(timeoutMs === undefined ? {} : { timeoutMs }),
	});
	return programsOff(answer.stdout);
}

/** Index of the subcommand: the first word that is neither an option nor the setting after a `-c`. */
function commandAt(args: readonly string[]): number {
	const at = args.findIndex((arg, i) => !arg.startsWith('-') && args[i - 1] !== '-c');
	return at < 0 ? args.length : at;
}

const commandOf = (args: readonly string[]): string => args[commandAt(args)] ?? '';

/** A diff driver named by an attribute cannot be switched off by a setting. */
function withoutDiffPrograms(args: readonly string[], at: number): readonly string[] {
	if (!/^diff-(?:tree|files|index)$/.test(args[at] ?? '')) return args;
	return [...args.slice(0, at + 1), '--no-ext-diff', '--no-textconv', ...args.slice(at + 1)];
}

function gitFailed(command: string, end: number | string | null, stderr: string): RelayError {
	if (NOT_FETCHED.test(stderr)) return notFetched(command, stderr);
	const line = stderr.split('\n').find((text) => /^(?:fatal|error):/.test(text)) ?? stderr.split('\n')[0];
	return new RelayError(
		'git_failed',
		`git ${command} failed (${end}): ${line?.slice(0, 500) || 'no message'}`,
		{
			cause: stderr,
		},
	);
}

/**
 * Git's messages when an object is missing that its partial clone has promised: before 2.45 it tries to fetch it, and meets
 * `GIT_ALLOW_PROTOCOL`.
 */
const NOT_FETCHED =
	/could not fetch \S+ from promisor remote|lazy fetching disabled|transport '.*' not allowed/;

function notFetched(command: string, stderr: string): RelayError {
	return new RelayError(
		'git_failed',
		`git ${command} needs objects that this partial clone never fetched, and agent-relay fetches nothing`,
		{
			hint: 'Fetch them, for example with: git checkout COMMIT, or all of them: git fetch --refetch --no-filter',
			cause: stderr,
		},
	);
}

/** On the command line, so that no config file takes precedence. */
const ARMOUR = [
	'--no-pager',
	...[
		'core.fsmonitor=false',
		'core.hooksPath=/dev/null',
		'core.pager=cat',
		'core.editor=false',
		'core.sshCommand=false',
		'core.askPass=',
		'credential.helper=',
		'diff.external=',
		'protocol.allow=never',
		'submodule.recurse=false',
		'gc.auto=0',
		'maintenance.auto=false',
	].flatMap((setting) => ['-c', setting]),
];

/** The user's environment without variables that steer git or make it ask questions; messages in English. */
function armouredEnv(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
	const kept = Object.entries(env).filter(
		(entry): entry is [string, string] => entry[1] !== undefined && !/^(?:GIT_|SSH_ASKPASS)/.test(entry[0]),
	);
	return {
		...Object.fromEntries(kept),
		GIT_OPTIONAL_LOCKS: '0',
		GIT_TERMINAL_PROMPT: '0',
		GIT_ASKPASS: 'false',
		GIT_EDITOR: 'false',
		// A missing object starts no transport: neither the address nor the program of a planted promisor remote.
		GIT_ALLOW_PROTOCOL: '',
		GIT_NO_LAZY_FETCH: '1',
		LC_ALL: 'C',
	};
}
