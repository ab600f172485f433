/**
 * Every run of git goes through here, with the same armour. What a repo can make git execute (fsmonitor, hooks, pagers,
 * editors, credential helpers, external diffs) is switched off on the command line, which outranks every config file;
 * inherited `GIT_*` variables are dropped. The user's own global config stays in force by default, because it is trusted
 * and decides `safe.directory` and what is ignored; `ISOLATED` leaves it out where it could only change an output.
 * Filters cannot be switched off by name from here: whoever reads or writes work tree files uses a git dir of our own
 * with `* -filter` (snapshots.ts).
 */
import { RelayError } from '../core/errors.ts';
import type { ProcessResult, RunProcessOptions } from '../core/run-process.ts';

export interface GitRunOptions {
	cwd: string;
	/** Added to the armoured environment. */
	env?: Readonly<Record<string, string>>;
	input?: string | Buffer;
	/** Exit codes that are an answer, besides 0. */
	allowExit?: readonly number[];
	/** What is kept of stdout; the rest is read and dropped (`truncated`). */
	maxBytes?: number;
	timeoutMs?: number;
}

export interface GitResult {
	exitCode: number;
	stdout: Buffer;
	stderr: string;
	truncated: boolean;
}

export interface Git {
	/**
	 * Runs one git command. Throws RelayError `git_failed` with git's first line for any other exit, and a `GitTimeout`
	 * when the time is over; `not_found` when git cannot be started.
	 */
	run(args: readonly string[], options: GitRunOptions): Promise<GitResult>;
}

export class GitTimeout extends RelayError {
	constructor(command: string, timeoutMs: number) {
		super('git_failed', `git ${command} needed more than ${timeoutMs} ms`);
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
	const env = armouredEnv(options.env);
	return {
		run: async (args, run) => {
			const result = await options.runProcess(options.executable, [...ARMOUR, ...args], {
				cwd: run.cwd,
				env: { ...env, ...run.env },
				...(run.input === undefined ? {} : { input: run.input }),
				...(run.maxBytes === undefined ? {} : { maxOutputBytes: run.maxBytes }),
				...(run.timeoutMs === undefined ? {} : { timeoutMs: run.timeoutMs }),
			});
			const command = commandOf(args);
			if (result.timedOut) throw new GitTimeout(command, run.timeoutMs ?? 0);
			const { exitCode, stdout, stderr, truncated } = result;
			if (exitCode === null || (exitCode !== 0 && !run.allowExit?.includes(exitCode)))
				throw gitFailed(command, exitCode ?? result.signal, stderr);
			return { exitCode, stdout, stderr, truncated };
		},
	};
}

/** The subcommand: the first word that is neither an option nor the setting behind a `-c`. */
function commandOf(args: readonly string[]): string {
	return args.find((arg, i) => !arg.startsWith('-') && args[i - 1] !== '-c') ?? '';
}

function gitFailed(command: string, end: number | string | null, stderr: string): RelayError {
	const line = stderr.split('\n').find((text) => /^(?:fatal|error):/.test(text)) ?? stderr.split('\n')[0];
	return new RelayError(
		'git_failed',
		`git ${command} failed (${end}): ${line?.slice(0, 500) || 'no message'}`,
		{
			cause: stderr,
		},
	);
}

/** On the command line, so that no config file outranks it. */
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

/** The user's environment without what steers git or asks questions; messages in English. */
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
		LC_ALL: 'C',
	};
}
