/** Runs that nobody watches: nohup, cron, a full disk behind stdout, a reader that has gone. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliHome, PROGRAM } from '../helpers/cli-home.ts';

let cli: CliHome;

beforeEach(() => {
	cli = new CliHome();
});
afterEach(() => cli.remove());

async function onlySession(): Promise<unknown> {
	const { sessions } = JSON.parse((await cli.run(['sessions', '--json'])).stdout);
	expect(sessions).toHaveLength(1);
	return sessions[0];
}

describe('the end of the terminal', () => {
	/** Sends SIGHUP to a run in mid-turn; gives its exit code. `paceMs`: between two pieces of what its agent says. */
	async function hangUp(
		program: [string, ...string[]],
		output: 'pipe' | number,
		hasSpoken: (run: ChildProcess) => Promise<unknown>,
		paceMs = 60,
	): Promise<number | null> {
		const [file, ...before] = program;
		const run = spawn(file, [...before, PROGRAM, 'run', 'the task', '--agent', 'demo-sprinter'], {
			cwd: cli.repo,
			env: { ...cli.env, DEMO_AGENT_PACE_MS: String(paceMs) },
			stdio: ['ignore', output, output],
		});
		run.stdout?.resume();
		run.stderr?.resume();
		const ended = new Promise<number | null>((resolve) => run.on('close', resolve));
		try {
			await Promise.race([hasSpoken(run), ended]);
			run.kill('SIGHUP');
			return await ended;
		} finally {
			run.kill('SIGKILL');
		}
	}

	it('does not end a run whose output goes to a file', async () => {
		const log = join(cli.base, 'log');
		const fd = openSync(log, 'w');
		const written = async () => {
			while (readFileSync(log).length === 0) await new Promise((wake) => setTimeout(wake, 20));
		};
		expect(await hangUp([process.execPath], fd, written)).toBe(0);
		closeSync(fd);
		expect(await onlySession()).toMatchObject({ turn_count: 1, status: 'completed' });
	});

	it('does not end what nohup started', async () => {
		const printed = (run: ChildProcess) => new Promise((resolve) => run.stdout?.once('data', resolve));
		const nohup = ['bash', '-c', 'nohup "$@"', 'bash', process.execPath] as const;
		expect(await hangUp([...nohup], 'pipe', printed)).toBe(0);
		expect(await onlySession()).toMatchObject({ turn_count: 1, status: 'completed' });
	});

	it('ends a run that someone reads', async () => {
		const printed = (run: ChildProcess) => new Promise((resolve) => run.stdout?.once('data', resolve));
		// It has not spoken to its end meanwhile, however slow this is.
		expect(await hangUp([process.execPath], 'pipe', printed, 1000)).toBe(129);
		expect(await onlySession()).toMatchObject({ status: 'checkpointed', reason: 'interrupted' });
	});
});

describe('printing that fails', () => {
	it.each(['>/dev/full', '2>/dev/full', '>/dev/full 2>&1', '--json >/dev/full', '| true', '>&-', '2>&-'])(
		'never ends the run: %s',
		async (where) => {
			const run = await cli.bash(
				`set -o pipefail; agent-relay run 'the task' --agent demo-sprinter ${where}`,
			);
			expect([run.exitCode, run.stdout + run.stderr]).toEqual([0, expect.not.stringMatching(/^\s+at /m)]);
			expect(await onlySession()).toMatchObject({ turn_count: 1, status: 'completed' });
		},
	);

	it('is told by a command that only reads', async () => {
		for (const command of ['agents', '--version']) {
			const { exitCode, stderr } = await cli.bash(`agent-relay ${command} >/dev/full`);
			expect([exitCode, stderr], command).toEqual([
				1,
				expect.stringMatching(/^agent-relay: cannot print: .*ENOSPC.*\n$/),
			]);
			expect((await cli.bash(`set -o pipefail; agent-relay ${command} | true`)).exitCode, command).toBe(0);
		}
	});
});
