/** The tmux of one runner: a server with one session, wherever it is reached. tmux gets words, never a line for a shell. */
import type { Clock } from '../../core/clock.ts';
import { RelayError } from '../../core/errors.ts';
import type { ProcessResult } from '../../core/processes/run-process.ts';
import { safeLine } from '../../core/text.ts';
import type { RunnerRecord } from '../runner-record.ts';
import type { Probe } from '../runner-state.ts';
import type { Engine } from './engine.ts';

/** Runs tmux with these arguments, behind those that say which server. */
export type RunTmux = (args: readonly string[], input?: string) => Promise<ProcessResult>;

const SESSION = 'main';
/** The tmux in a container, which has one server. */
export const INSIDE = ['tmux', '-u', '-L', 'agent-relay'] as const;
const TARGET = `=${SESSION}:`;
export const ATTACH = ['attach-session', '-t', `=${SESSION}`];
const FIELDS = '#{session_attached} #{pane_pid} #{pane_dead} #{@relay_started}';
/** A program that takes a paste for typing sees Enter as a part of it when it follows at once. */
const BEFORE_ENTER_MS = 300;

/** Begins the session, and prints the process of its pane; `recorder` is a line for a shell that gets what the program prints. */
export const beginSession = (options: {
	folder: string;
	startedAs: string;
	command: readonly string[];
	recorder: string;
}): string[] => {
	const { folder, startedAs, command, recorder } = options;
	const session = [
		'new-session',
		'-d',
		'-s',
		SESSION,
		'-x',
		'100',
		'-y',
		'30',
		'-c',
		folder,
		'--',
		...command,
	];
	const mark = ['set-option', '-t', SESSION, '@relay_started', startedAs];
	const tell = ['display-message', '-p', '-t', TARGET, '#{pane_pid}'];
	return [...session, ';', 'pipe-pane', '-o', '-t', TARGET, recorder, ';', ...mark, ';', ...tell];
};

export async function probeTmux(run: RunTmux): Promise<Probe> {
	const { exitCode, stdout, stderr, timedOut } = await run(['list-panes', '-t', TARGET, '-F', FIELDS]);
	if (timedOut) return { is: 'unknown', why: 'it does not answer' };
	if (exitCode !== 0)
		return isNoServer(stderr) ? { is: 'stopped' } : { is: 'unknown', why: firstLine(stderr) };
	const [attached = '', pid = '', dead = '', startedAs = ''] = stdout.toString().trim().split(' ');
	if (dead === '1') return { is: 'stopped' };
	return { is: 'running', attached: Number(attached) || 0, pid: Number(pid) || null, startedAs };
}

/** Also one that ended while it was asked. */
const isNoServer = (text: string): boolean =>
	/no server running|error connecting|can't find (?:session|window|pane)|no such file|server exited|lost server/i.test(
		text,
	);

const firstLine = (text: string): string => safeLine(text.trim().split('\n')[0] ?? '', 300);

export async function detachClients(run: RunTmux): Promise<number> {
	const { stdout } = await run(['list-clients', '-t', `=${SESSION}`, '-F', '#{client_name}']);
	const count = stdout.toString().split('\n').filter(Boolean).length;
	if (count > 0) await mustRun(run, ['detach-client', '-s', `=${SESSION}`]);
	return count;
}

/** What works on the screen of a runner, wherever its tmux is. */
export const screenOf = (
	runOf: (runner: RunnerRecord) => RunTmux,
	clock: Clock,
): Pick<Engine, 'send' | 'peek'> => ({
	send: async (runner, text, { enter }) => {
		const run = runOf(runner);
		await paste(run, text);
		if (!enter) return;
		await clock.sleep(BEFORE_ENTER_MS);
		await mustRun(run, ['send-keys', '-t', TARGET, 'Enter']);
	},
	peek: async (runner) => mustRun(runOf(runner), ['capture-pane', '-p', '-t', TARGET]),
});

async function paste(run: RunTmux, text: string): Promise<void> {
	await mustRun(run, ['load-buffer', '-b', 'relay', '-'], text);
	await mustRun(run, ['paste-buffer', '-p', '-d', '-b', 'relay', '-t', TARGET]);
}

/** As `mustRun`; null: somebody else has just begun the session. */
export async function beginOnce(run: RunTmux, begin: readonly string[]): Promise<string | null> {
	const result = await run(begin);
	const isBegun = result.exitCode !== 0 && /duplicate session/i.test(result.stderr);
	return isBegun ? null : printed(result);
}

/** What it printed. Throws `not_started` with what tmux says. */
async function mustRun(run: RunTmux, args: readonly string[], input?: string): Promise<string> {
	return printed(await run(args, input));
}

function printed({ exitCode, stdout, stderr, timedOut }: ProcessResult): string {
	if (exitCode === 0) return stdout.toString();
	throw new RelayError('not_started', `tmux failed: ${timedOut ? 'it does not answer' : firstLine(stderr)}`);
}
