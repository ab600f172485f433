/** Ctrl+C while codex is asked for the hash of its hook, before its turn begins. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CliHome } from '../helpers/cli-home.ts';
import { until } from '../helpers/patience.ts';
import { PtyProgram } from '../helpers/pty-program.ts';

/** A codex whose app-server never answers. */
const AGENT = `#!/bin/bash
[ "$1" = --version ] && { echo 'codex-cli 0.171.0'; exit 0; }
if [ "$1" = app-server ]; then echo $$ >"$HOME/query.pid"; exec sleep 300; fi
echo ran >"$HOME/ran"
`;

let cli: CliHome;
beforeEach(() => {
	cli = new CliHome();
});
afterEach(() => cli.remove());

function isRunning(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}

it('ends the query and the run, and keeps the work', async () => {
	const agent = join(cli.home, 'codex');
	writeFileSync(agent, AGENT, { mode: 0o755 });
	cli.configure(`[agents]\norder = ["codex"]\n[agents.codex]\nexecutable = "${agent}"\n`);
	const env = { ...cli.env, TERM: 'xterm-256color', OPENAI_API_KEY: 'not-a-key', CODEX_API_KEY: 'not-a-key' };
	// Which versions ask is known, and this waits for the answer, as a run does not.
	await cli.run(['agents'], { env });
	const asked = join(cli.home, 'query.pid');
	const run = new PtyProgram(['run', '--agent', 'codex', 'fix it'], { cwd: cli.repo, env });
	try {
		const pid = await until(
			() => existsSync(asked) && Number(/^\d+\n/.exec(readFileSync(asked, 'utf8'))?.[0]),
			'the query',
			() => run.text(),
		);
		run.type('\x03');
		expect(await run.ended, run.text()).toBe(130);
		await until(() => !isRunning(pid), 'the query to be gone');
	} finally {
		run.kill('SIGKILL');
	}
	const { sessions } = JSON.parse((await cli.run(['sessions', '--json'])).stdout);
	expect(sessions[0]).toMatchObject({ status: 'checkpointed' });
});
