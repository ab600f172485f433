/** What asks on the agent's terminal, past the agent: shown, answered once, or refused where nobody is there. */
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CliHome } from '../helpers/cli-home.ts';
import { until } from '../helpers/patience.ts';
import { PtyProgram } from '../helpers/pty-program.ts';

const SESSION = '8d2f0c1e-1111-4222-8333-444455556666';
const SECRET = 'hunter2-swordfish';
const event = (value: object) => `echo '${JSON.stringify({ session_id: SESSION, ...value })}'`;
const tool = { type: 'tool_use', id: 't1', name: 'Bash', input: { command: 'sudo apt update' } };
const result = { type: 'tool_result', tool_use_id: 't1', content: 'x' };

/** A claude whose tool asks on the terminal, shows what it reads, and prints its next event behind the question. */
const AGENT = [
	'#!/bin/bash',
	`[ "$1" = --version ] && { echo '2.1.197 (Claude Code)'; exit 0; }`,
	'cat >/dev/null',
	event({ type: 'system', subtype: 'init', model: 'm', tools: [], mcp_servers: [] }),
	event({ type: 'assistant', message: { id: 'm1', role: 'assistant', model: 'm', content: [tool] } }),
	'while [ -e "$HOME/not-yet" ]; do sleep 0.05; done',
	"printf '\\033]0;gone\\007[sudo] password for dev: ' >/dev/tty",
	'got=refused; read -r answer </dev/tty && got="$answer" && printf %s "$answer" >/dev/tty',
	'printf %s "$got" >"$HOME/got"',
	event({ type: 'user', message: { role: 'user', content: [result] } }),
	event({ type: 'result', subtype: 'success', is_error: false, result: 'ok', num_turns: 1, usage: {} }),
].join('\n');

let cli: CliHome;

beforeEach(() => {
	cli = new CliHome();
	const agent = join(cli.home, 'claude');
	writeFileSync(agent, AGENT, { mode: 0o755 });
	cli.configure(
		`[agents]\norder = ["claude"]\n[agents.claude]\nexecutable = "${agent}"\n[turn]\nanswer_s = 1\n`,
	);
});
afterEach(() => cli.remove());

const env = () => ({ ...cli.env, TERM: 'xterm-256color', ANTHROPIC_API_KEY: 'not-a-key' });

const got = () => {
	const path = join(cli.home, 'got');
	return existsSync(path) ? readFileSync(path, 'utf8') : null;
};

/** Files that hold the secret, below home and repo; the agent's own note of it left out. */
function leaks(folder = cli.base): string[] {
	return readdirSync(folder).flatMap((name) => {
		const path = join(folder, name);
		const kind = statSync(path);
		if (kind.isDirectory()) return name === 'bin' ? [] : leaks(path);
		return path !== join(cli.home, 'got') && readFileSync(path).includes(SECRET) ? [path] : [];
	});
}

async function lastTurn() {
	const { sessions } = JSON.parse((await cli.run(['sessions', '--json'])).stdout);
	const turn = join(sessions[0].folder, 'turns/001-');
	return JSON.parse(readFileSync(`${turn}state.json`, 'utf8'));
}

it('in the shell it is shown, a line typed at it is not sent, and /answer answers it unseen', async () => {
	const shell = new PtyProgram([], { cwd: cli.repo, env: env() });
	await shell.shows('claude ›');
	shell.type('update\r');
	await shell.shows('claude asks on the terminal: [sudo] password for dev:');
	shell.type(`${SECRET}\r`);
	await shell.shows('Not queued: claude asks on the terminal');
	shell.type('\x15/answer\r');
	await shell.shows('answer ›');
	shell.type(`${SECRET}\r`);
	await shell.shows('(was answered)');
	await shell.shows('✓ run sudo apt update');
	expect(got()).toBe(SECRET);
	await until(
		() => /^ {2}claude m · \d/m.test(shell.text()),
		'the end of the turn',
		() => shell.text(),
	);
	shell.type('\x04');
	expect(await shell.ended).toBe(0);
	expect(leaks()).toEqual([]);
	expect(await lastTurn()).toMatchObject({
		status: 'completed',
		warnings: expect.arrayContaining(['Asked on the terminal: [sudo] password for dev: (was answered)']),
		tools: [{ status: 'ok' }],
	});
});

it('in the shell Ctrl+D refuses it, and the turn goes on', async () => {
	const shell = new PtyProgram([], { cwd: cli.repo, env: env() });
	await shell.shows('claude ›');
	shell.type('update\r');
	await shell.shows('claude asks on the terminal');
	shell.type('/answer\r');
	await shell.shows('answer ›');
	shell.type('\x04');
	await shell.shows('(was refused)');
	await shell.shows('✓ run sudo apt update');
	expect(got()).toBe('refused');
	shell.type('/answer\r');
	await shell.shows("Nothing asks on an agent's terminal");
	shell.type('\x04');
	expect(await shell.ended).toBe(0);
});

it('in run on a terminal the next line answers it, and is neither shown nor kept', async () => {
	const run = new PtyProgram(['run', 'update'], { cwd: cli.repo, env: env() });
	await run.shows('claude asks on the terminal: [sudo] password for dev:');
	run.type(`wrong\x15${SECRET}x\x7f\r`);
	expect(await run.ended).toBe(0);
	expect(got()).toBe(SECRET);
	expect(run.text()).not.toContain('hunter2');
	expect(leaks()).toEqual([]);
});

it('in run on a terminal what was typed before it was asked is no answer', async () => {
	const wait = join(cli.home, 'not-yet');
	writeFileSync(wait, '');
	const run = new PtyProgram(['run', 'update'], { cwd: cli.repo, env: env() });
	await run.shows('claude · edit');
	run.type('too early\rand half a line');
	await run.echoes('and half a line');
	rmSync(wait);
	await run.shows('claude asks on the terminal: [sudo] password for dev:');
	run.type(`${SECRET}\r`);
	expect(await run.ended).toBe(0);
	expect(got()).toBe(SECRET);
});

it('in run on a terminal Ctrl+C ends the turn while it waits', async () => {
	const run = new PtyProgram(['run', 'update'], { cwd: cli.repo, env: env() });
	await run.shows('claude asks on the terminal');
	run.type('\x03');
	expect(await run.ended).toBe(130);
	expect(got()).toBeNull();
});

it.each([
	['run', ['run', 'update']],
	['a piped shell', ['shell']],
])('in %s without a terminal it is said, and refused after turn.answer_s', async (_, args) => {
	const { exitCode, stdout, stderr } = await cli.run(args, { env: env(), input: args[1] ? '' : 'update\n' });
	expect(exitCode, stderr).toBe(0);
	expect(stdout + stderr).toContain('claude asks on the terminal: [sudo] password for dev:');
	expect(stdout + stderr).toContain('refused in 1.0 s (turn.answer_s)');
	expect(got()).toBe('refused');
	expect(await lastTurn()).toMatchObject({ status: 'completed' });
});

it('is told as an event of run --json', async () => {
	const { stdout } = await cli.run(['run', 'update', '--json'], { env: env() });
	const events = stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
	expect(events.filter(({ type }) => type.startsWith('terminal_'))).toEqual([
		{
			type: 'terminal_asked',
			turn: 1,
			agent: 'claude',
			text: '[sudo] password for dev:',
			refused_in_ms: 1000,
		},
		{ type: 'terminal_settled', turn: 1 },
	]);
});
