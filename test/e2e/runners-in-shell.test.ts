/** Runners from the shell, which lends its terminal to them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliHome } from '../helpers/cli-home.ts';
import { hasTmux } from '../helpers/open-pair.ts';
import { until } from '../helpers/patience.ts';
import { PtyProgram } from '../helpers/pty-program.ts';

let home: CliHome;
beforeEach(async () => {
	home = new CliHome();
	const slow = 'cat >/dev/null; while ! test -e go-on; do sleep 0.1; done; echo the agent is done';
	home.configureAgents({ slow }, '[agents]\norder = ["slow"]\n');
	await ok('create', 'web', '--', 'sh', '-c', 'echo it has begun; cat');
});
afterEach(async () => {
	for (const { uuid } of JSON.parse(await ok('list', '--json')).runners) await ok('delete', uuid, '--yes');
	home.remove();
});

const ok = async (...args: string[]) => {
	const done = await home.run(['runner', ...args]);
	expect(done.exitCode, done.stderr).toBe(0);
	return done.stdout;
};
const stateIs = (state: string) =>
	expect
		.poll(async () => JSON.parse(await ok('show', 'web', '--json')).state, { timeout: 60_000 })
		.toBe(state);
const openShell = () => new PtyProgram([], { cwd: home.repo, env: home.env });
const isOn = (shell: PtyProgram, what: RegExp) =>
	until(
		() => what.test(shell.screen()),
		String(what),
		() => shell.screen(),
	);
const leave = async (shell: PtyProgram) => {
	shell.type('/exit\r');
	expect(await shell.ended).toBe(0);
};

// Without tmux there is nothing to run one in.
describe.skipIf(!hasTmux)('in the shell', { timeout: 120_000 }, () => {
	it('a runner has the terminal until it is left, while the agent works on behind it', async () => {
		const shell = openShell();
		await isOn(shell, /slow ›/);
		shell.type('do it\r');
		await isOn(shell, /Ctrl\+C stops/);
		shell.type('/runner attach web\r');
		await isOn(shell, /it has begun/);
		await stateIs('C');
		expect(shell.screen()).not.toContain('slow ›');
		shell.type('typed in the runner\r');
		await isOn(shell, /typed in the runner\s+typed in the runner/);
		writeFileSync(join(home.repo, 'go-on'), '');
		const session = () => home.run(['show', '--json']);
		await expect
			.poll(async () => JSON.parse((await session()).stdout).turns?.[0]?.status, { timeout: 60_000 })
			.toBe('completed');
		expect(shell.screen()).not.toContain('the agent is done');
		shell.type('\x02d');
		await shell.shows('The runner web goes on.');
		await shell.shows('the agent is done');
		expect(shell.text()).not.toContain('typed in the runner\ntyped in the runner\nYou said');
		await stateIs('R');
		await isOn(shell, /slow ›/);
		shell.type('/runner peek web\r');
		await shell.shows('typed in the runner');
		await leave(shell);
	});

	it('/runners is the full-screen list, from which one attaches, and which leads back to the shell', async () => {
		const shell = openShell();
		await isOn(shell, /slow ›/);
		shell.type('/runners\r');
		await isOn(shell, /Runners 1, 0 running[\s\S]*› - {2}web/);
		shell.type('\r');
		await isOn(shell, /it has begun/);
		await stateIs('C');
		shell.type('\x02d');
		await isOn(shell, /› R {2}web[\s\S]*goes on/);
		shell.type('Ky');
		await isOn(shell, /› - {2}web/);
		shell.type('q');
		await isOn(shell, /slow ›/);
		expect(shell.screen()).not.toContain('Runners 1');
		shell.type('/runner show web\r');
		await shell.shows('stopped');
		await leave(shell);
	});

	it('a shell that is ended meanwhile leaves the terminal as it was, and the runner goes on', async () => {
		const shell = openShell();
		await isOn(shell, /slow ›/);
		shell.type('/runner attach web\r');
		await isOn(shell, /it has begun/);
		await stateIs('C');
		shell.kill('SIGTERM');
		expect(await shell.ended).toBe(143);
		await stateIs('R');
		expect(JSON.parse(await ok('show', 'web', '--json')).locked_by).toBe(null);
	});

	it('what cannot have a terminal is refused, and the list is printed', async () => {
		const { stdout, stderr } = await home.run([], { input: '/runner attach web\n/runners\n' });
		expect(stdout).toBe('');
		expect(stderr).toContain('A runner is attached to a terminal, and this is none.');
		expect(stderr).toMatch(/^- +web/m);
	});
});
