import { afterEach, beforeEach, expect, it } from 'vitest';
import { CliHome } from '../helpers/cli-home.ts';
import { PtyProgram } from '../helpers/pty-program.ts';
import { zoneAtNine } from '../helpers/zone-at-nine.ts';

let cli: CliHome;

beforeEach(() => {
	cli = new CliHome({ env: { TZ: zoneAtNine() } });
	// Limited at once and without a reset: tried again in 5 minutes.
	const lines = [
		'[agents]',
		'order = ["tired"]',
		'default = "tired"',
		'[agents.tired]',
		'command = ["sh", "-c", "cat >/dev/null; echo half the work; exit 75"]',
		'limit_exit = [{ code = 75, kind = "quota" }]',
	];
	cli.configure(`${lines.join('\n')}\n`);
});
afterEach(() => cli.remove());

it('the shell waits, takes prompts meanwhile, and keeps the work when the wait is ended', async () => {
	const shell = new PtyProgram(['--wait'], { cwd: cli.repo, env: cli.env });
	await shell.shows('tired ›');
	shell.type('do it all\r');
	await shell.shows('waiting for tired · ');
	shell.type('and this\r');
	await shell.shows('1 queued');
	expect(shell.text()).toContain('it continues by itself at');
	shell.type('\x03');
	await shell.shows('1 queued prompt is back on the line.');
	shell.type('\x15\x04');
	expect(await shell.ended).toBe(0);
	expect(await lastSession()).toMatchObject({ status: 'checkpointed', reason: 'limit', turn_count: 1 });
});

it('run leaves every line it printed when the wait is ended', async () => {
	const run = new PtyProgram(['run', 'do it all', '--wait'], { cwd: cli.repo, env: cli.env });
	await run.shows('waiting for tired · ');
	run.type('\x03');
	expect(await run.ended).toBe(130);
	expect(run.text()).toMatch(
		/it continues by itself at \d\d:\d\d\. Ctrl\+C\s+ends the wait\.\nSession \w+ keeps the work/,
	);
	expect(await lastSession()).toMatchObject({ status: 'checkpointed', reason: 'limit' });
});

it('without it, both say at once how to go on', async () => {
	const { exitCode, stderr } = await cli.run(['run', 'do it all']);
	expect(exitCode).toBe(2);
	expect(stderr).toMatch(
		/tired +quota +tried again \d\d:\d\d \(in \d min\)\n.*it can continue at .*Continue with: agent-relay run --session/s,
	);
	expect(stderr).not.toContain('/retry');
});

async function lastSession(): Promise<unknown> {
	return JSON.parse((await cli.run(['sessions', '--json'])).stdout).sessions[0];
}
