/** The shell on a pipe, whole: with the relay below it and an agent that takes its time. */
import { spawn } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CliHome, PROGRAM } from '../helpers/cli-home.ts';

let cli: CliHome;

beforeEach(() => {
	cli = new CliHome();
});
afterEach(() => cli.remove());

it.each([
	['SIGTERM', 143],
	['SIGHUP', 129],
] as const)(
	'%s stops the turn that runs, and none of the lines behind it becomes one',
	async (signal, code) => {
		const shell = spawn(process.execPath, [PROGRAM, 'shell', '--agent', 'demo-sprinter'], {
			cwd: cli.repo,
			env: { ...cli.env, DEMO_AGENT_PACE_MS: '1000' },
		});
		const said = new Promise<void>((resolve) => shell.stdout.once('data', () => resolve()));
		const ended = new Promise<number | null>((resolve) => shell.on('close', resolve));
		try {
			// The pipe stays open: the end of the input is not what ends the shell.
			shell.stdin.write('first\nsecond\nthird\n');
			await Promise.race([said, ended]);
			shell.kill(signal);
			expect(await ended).toBe(code);
		} finally {
			shell.kill('SIGKILL');
		}
		const { sessions } = JSON.parse((await cli.run(['sessions', '--json'])).stdout);
		expect(sessions).toHaveLength(1);
		expect(sessions[0]).toMatchObject({ status: 'checkpointed', reason: 'interrupted', turn_count: 1 });
	},
);

it('a command of the shell prints without a pager, and is stopped when it waits for input', async () => {
	const { exitCode, stderr, stdout } = await cli.run(['shell', '--agent', 'demo-sprinter'], {
		input:
			'!seq 300 | $PAGER\n!git -c core.pager=less log --stat\n!read x; echo "got <$x>"\n!bash -c "read x </dev/tty"\n!echo never\n',
	});
	expect(stdout).toContain('299\n300');
	expect(stdout).toContain('first');
	expect(stdout).toContain('got <>');
	expect(stderr).toContain('waits for input');
	expect([exitCode, stdout.includes('never')]).toEqual([0, true]);
});

it('a long conversation prints no warning of Node', { timeout: 120_000 }, async () => {
	const input = Array.from({ length: 12 }, (_, i) => `prompt ${i}\n!echo ${i}\n`).join('');
	// The helper fails on a warning.
	const { exitCode } = await cli.run(['shell', '--agent', 'demo-sprinter'], { input });
	expect(exitCode).toBe(0);
});

it.each(['a task\n', '/status\na task\n', ''])(
	'without any agent says once how to get one, whatever comes through the pipe: %j',
	async (input) => {
		const { stdout, stderr } = await cli.run(['shell'], { input });
		expect((stdout + stderr).split('npm install -g @openai/codex')).toHaveLength(2);
	},
);

it('/sessions names each session as `sessions` does, by an end of its id that no other has', async () => {
	const end = await cli.run(['run', '--agent', 'demo-closer', '--json', 'Say what you are.']);
	const id = /"session_id":"(\w{26})"/.exec(end.stdout)?.[1] ?? '';
	const twin = `01JD${id.slice(4)}`;
	const folder = (name: string) => join(cli.repo, '.agent-relay/sessions', name);
	cpSync(folder(id), folder(twin), { recursive: true });
	const meta = join(folder(twin), 'meta.json');
	writeFileSync(meta, readFileSync(meta, 'utf8').replace(id, twin));
	const refsIn = (text: string) => [...text.matchAll(/^(\w+) +completed /gm)].map(([, ref]) => ref).sort();
	const listed = refsIn((await cli.run(['sessions'])).stdout);
	expect(listed).toEqual([id.slice(-23), twin.slice(-23)].sort());
	const { stdout, stderr } = await cli.run(['shell'], { input: '/sessions\n' });
	expect(refsIn(stdout + stderr)).toEqual(listed);
});
