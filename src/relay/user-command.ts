/** `!cmd`: the user's own shell command at the worktree's root. */
import { safeText } from '../core/text.ts';
import type { ShellCommandOptions } from './contract.ts';
import type { RelayDeps } from './relay-deps.ts';
import { runCommand } from './run-command.ts';

/** What the note keeps of the output's end. */
const TAIL_BYTES = 6_000;

/** Nobody can turn a page or type a name here: programs print all of it, and git asks nothing. */
const NO_ONE_TYPES: Readonly<Record<string, string>> = {
	PAGER: 'cat',
	GIT_PAGER: 'cat',
	MANPAGER: 'cat',
	SYSTEMD_PAGER: 'cat',
	GH_PAGER: 'cat',
	AWS_PAGER: 'cat',
	BAT_PAGER: 'cat',
	DELTA_PAGER: 'cat',
	PSQL_PAGER: 'cat',
	GIT_TERMINAL_PROMPT: '0',
};

/** Runs it to its end; the whole tree is stopped when `signal` aborts. */
export async function runUserCommand(
	command: string,
	deps: RelayDeps,
	options: ShellCommandOptions,
): Promise<{ exitCode: number | null; tail: string }> {
	let tail = Buffer.alloc(0);
	const onOutput = (chunk: Buffer) => {
		tail = Buffer.concat([tail, chunk.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES);
		options.onOutput(chunk);
	};
	const place = { cwd: deps.repo.worktree, env: { ...deps.env, ...NO_ONE_TYPES } };
	const { exitCode } = await runCommand(command, place, { ...options, onOutput }, deps);
	return { exitCode, tail: safeText(tail.toString()) };
}
