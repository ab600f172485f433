/** An agent that outlives a `kill -9` of its relay: nothing starts beside it unasked, and it is never ended unasked. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliHome, PROGRAM } from '../helpers/cli-home.ts';
import { processes } from '../helpers/engine-bench.ts';
import { until } from '../helpers/patience.ts';
import { PtyProgram } from '../helpers/pty-program.ts';

const SESSION = '8d2f0c1e-1111-4222-8333-444455556666';
const event = (value: object) => `echo '${JSON.stringify({ session_id: SESSION, ...value })}'`;
const tool = { type: 'tool_use', id: 't1', name: 'Bash', input: { command: 'make world' } };

/** A claude that no signal but SIGKILL ends, and that works until `go` is there; a second one is done at once. */
const AGENT = [
	'#!/bin/bash',
	`[ "$1" = --version ] && { echo '2.1.197 (Claude Code)'; exit 0; }`,
	'cat >/dev/null',
	'if [ -e "$HOME/pid" ]; then',
	'echo ran >>"$HOME/second"',
	event({ type: 'system', subtype: 'init', model: 'm', tools: [], mcp_servers: [] }),
	event({ type: 'result', subtype: 'success', is_error: false, result: 'second', num_turns: 1, usage: {} }),
	'exit 0; fi',
	"trap '' HUP TERM INT PIPE",
	event({ type: 'system', subtype: 'init', model: 'm', tools: [], mcp_servers: [] }),
	event({ type: 'assistant', message: { id: 'm1', role: 'assistant', model: 'm', content: [tool] } }),
	'echo $$ >"$HOME/pid.new"; mv "$HOME/pid.new" "$HOME/pid"',
	'while [ ! -e "$HOME/go" ]; do sleep 0.1; done',
].join('\n');

let cli: CliHome;
let survivor: number;

beforeEach(async () => {
	cli = new CliHome();
	mkdirSync(join(cli.home, '.config/agent-relay'), { recursive: true });
	const agent = join(cli.home, 'claude');
	writeFileSync(agent, AGENT, { mode: 0o755 });
	writeFileSync(
		join(cli.home, '.config/agent-relay/config.toml'),
		`[agents]\norder = ["claude"]\n[agents.claude]\nexecutable = "${agent}"\n`,
	);
	const relay = spawn(process.execPath, [PROGRAM, 'run', 'make it all'], {
		cwd: cli.repo,
		env: env(),
		stdio: 'ignore',
	});
	await until(() => existsSync(join(cli.home, 'pid')) && lastState().tools.length > 0, 'the agent at work');
	survivor = Number(readFileSync(join(cli.home, 'pid'), 'utf8'));
	relay.kill('SIGKILL');
	await new Promise((done) => relay.once('exit', done));
});
afterEach(async () => {
	writeFileSync(join(cli.home, 'go'), '');
	await until(() => !lives(), 'the survivor to end');
	cli.remove();
});

const env = () => ({ ...cli.env, TERM: 'xterm-256color', ANTHROPIC_API_KEY: 'not-a-key' });
const lives = () => processes.identify(survivor) !== null;
const secondRan = () => existsSync(join(cli.home, 'second'));

function lastState() {
	const sessions = join(cli.repo, '.agent-relay/sessions');
	const list = cli.git('ls-files', '-o', '--', '.agent-relay/sessions').split('\n');
	const path = list.filter((name) => name.endsWith('001-state.json')).at(0);
	if (path === undefined) return { tools: [], status: '', session: sessions };
	return JSON.parse(readFileSync(join(cli.repo, path), 'utf8'));
}

const count = async () => JSON.parse((await cli.run(['sessions', '--json'])).stdout).sessions.length;

describe('without a terminal', () => {
	it.each([
		['run', ['run', 'more']],
		['run --continue', ['run', '--continue']],
		['a piped shell', ['shell']],
		['chat', ['chat', 'which way?', '--agents', 'demo-sprinter,demo-closer']],
	])(
		'%s names process, session and work, starts nothing, ends nothing, and exits with 6',
		async (_, args) => {
			const { exitCode, stderr, stdout } = await cli.run(args, { env: env(), input: 'more\n' });
			expect(exitCode, stdout + stderr).toBe(6);
			expect(stdout + stderr).toContain(`process ${survivor}`);
			expect(stdout + stderr).toMatch(/turn 1 of session \w{26}.*make world/);
			expect(lives()).toBe(true);
			expect(secondRan()).toBe(false);
			expect(await count()).toBe(1);
			expect(lastState().status).toBe('running');
		},
	);

	it('another folder of the repo is free, and there nothing is ended either', async () => {
		const other = join(cli.base, 'other');
		cli.git('worktree', 'add', '-q', other);
		const { exitCode, stderr } = await cli.run(['run', 'more'], { env: env(), cwd: other });
		expect(exitCode, stderr).toBe(0);
		expect(lives()).toBe(true);
		expect(lastState().status).toBe('running');
	});

	it('once it has ended by itself, work goes on and its turn is repaired', async () => {
		writeFileSync(join(cli.home, 'go'), '');
		await until(() => !lives(), 'the survivor to end');
		const { exitCode, stderr } = await cli.run(['run', '--continue'], { env: env() });
		expect(exitCode, stderr).toBe(0);
		expect(secondRan()).toBe(true);
	});
});

describe('on a terminal', () => {
	const DOWN = '\x1b[B';
	const ask = async (args: string[]) => {
		const program = new PtyProgram(args, { cwd: cli.repo, env: env() });
		await program.shows('What now?');
		expect(program.text()).toContain(`process ${survivor}`);
		return program;
	};

	it('it is ended when the user says so', async () => {
		const run = await ask(['run', '--continue']);
		run.type(`${DOWN}\r`);
		expect(await run.ended).toBe(0);
		expect(lives()).toBe(false);
		expect(secondRan()).toBe(true);
	});

	it('it is waited for', async () => {
		const run = await ask(['run', 'more']);
		run.type('\r');
		await run.shows('Waiting for it');
		expect(lives()).toBe(true);
		expect(secondRan()).toBe(false);
		writeFileSync(join(cli.home, 'go'), '');
		expect(await run.ended).toBe(0);
		expect(secondRan()).toBe(true);
	});

	it('work goes on beside it, once, and the next start asks again', async () => {
		const run = await ask(['run', '--continue']);
		run.type(`${DOWN}${DOWN}\r`);
		expect(await run.ended).toBe(0);
		expect(secondRan()).toBe(true);
		expect(lives()).toBe(true);
		expect(lastState().warnings.join()).toContain('Its agent continued after this was recorded');
		expect((await cli.run(['run', 'more'], { env: env() })).exitCode).toBe(6);
	});

	it('nothing is started when the question is left', async () => {
		const run = await ask(['run', 'more']);
		run.type('\x1b');
		expect(await run.ended).toBe(6);
		expect(lives()).toBe(true);
		expect(secondRan()).toBe(false);
	});

	it('the shell asks before the first prompt and goes on when it was left', async () => {
		const shell = new PtyProgram([], { cwd: cli.repo, env: env() });
		await shell.shows('still runs here');
		await shell.shows('claude ›');
		shell.type('more\r');
		await shell.shows('What now?');
		shell.type('\x1b');
		await shell.shows("undo each other's work");
		const isAsked = () => shell.screen().includes('▸ wait until');
		await until(() => !isAsked(), 'the first question to go');
		shell.type('more\r');
		await until(isAsked, 'the second question');
		shell.type(`${DOWN}\r`);
		await shell.shows('second');
		expect(lives()).toBe(false);
		shell.type('\x04');
		expect(await shell.ended).toBe(0);
	});
});
