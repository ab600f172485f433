import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliHome } from '../helpers/cli-home.ts';
import { PtyProgram } from '../helpers/pty-program.ts';

let cli: CliHome;

beforeEach(() => {
	cli = new CliHome();
	for (const name of ['claude', 'codex']) cli.program(name, '#!/bin/sh\necho 1.0.0\n');
	cli.write('package.json', JSON.stringify({ scripts: { test: 'true' } }));
});
afterEach(() => cli.remove());

const environment = () => ({ PATH: cli.bin, SHELL: '/bin/bash', ANTHROPIC_API_KEY: 'a', CODEX_API_KEY: 'b' });
const configFile = () => join(cli.home, '.config/agent-relay/config.toml');
const completionFile = () => join(cli.home, '.local/share/bash-completion/completions/agent-relay');
const open = () => new PtyProgram(['setup'], { cwd: cli.repo, env: { ...cli.env, ...environment() } });

async function answer(program: PtyProgram, question: string, keys: string): Promise<void> {
	await program.shows(question);
	program.type(keys);
}

describe('setup', () => {
	it('asks, shows what it will write, writes it, and has nothing to write the next time', async () => {
		const program = open();
		await answer(program, 'Which agent works first?', '\x1b[B\r');
		await answer(program, 'What may agents do?', '\r');
		await answer(program, 'Allow npm test in this repo', '\r');
		await answer(program, 'Tell you when a turn', '\x1b[B\r');
		await answer(program, 'Write completion', '\r');
		await program.shows('Write it?');
		expect(existsSync(configFile())).toBe(false);
		program.type('\r');
		expect(await program.ended).toBe(0);
		const config = readFileSync(configFile(), 'utf8');
		expect(config).toContain('order = ["codex", "claude", "copilot", "opencode", "gemini"]');
		expect(config).toContain('terminal = "bell"');
		expect(config).toContain(`${JSON.stringify(cli.repo)} = ["npm test"]`);
		expect(readFileSync(completionFile(), 'utf8')).toContain('complete -F');
		const again = await cli.run(['setup', '--yes'], { env: environment() });
		expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('nothing was written') });
		expect(readFileSync(configFile(), 'utf8')).toBe(config);
	});

	it('changes nothing where the user leaves with Ctrl+C', async () => {
		const before = cli.state();
		const program = open();
		await answer(program, 'Which agent works first?', '\r');
		await answer(program, 'What may agents do?', '\x03');
		expect(await program.ended).toBe(130);
		expect(program.text()).toContain('Nothing was changed.');
		expect(existsSync(configFile()) || existsSync(completionFile())).toBe(false);
		expect(Object.keys(cli.state()).sort()).toEqual(Object.keys(before).sort());
	});

	it('without a terminal shows what --yes would write, which widens no permission', async () => {
		const shown = await cli.run(['setup'], { env: environment() });
		expect(shown.exitCode).toBe(0);
		expect(shown.stdout).toMatch(
			/would be written:[\s\S]*completion[\s\S]*Nothing was written\. Write it: agent-relay setup --yes/,
		);
		// What it prints is a line that works: of claude alone, whose options are known.
		expect(shown.stdout).toContain("\n  alias claude='agent-relay attach --wrap claude --'\n");
		expect(shown.stdout).not.toContain('alias codex');
		expect(existsSync(completionFile())).toBe(false);
		const written = await cli.run(['setup', '--yes'], { env: environment() });
		expect(written.exitCode).toBe(0);
		expect(existsSync(completionFile())).toBe(true);
		expect(existsSync(configFile())).toBe(false);
	});

	it('writes nothing into a configuration that cannot be read', async () => {
		cli.configure('[limits\n');
		const run = await cli.run(['setup', '--yes'], { env: environment() });
		expect(run.exitCode).toBe(64);
		expect(existsSync(completionFile())).toBe(false);
	});

	it('is named at the first start of the shell with an agent, and at no other', async () => {
		const start = () => new PtyProgram([], { cwd: cli.repo, env: { ...cli.env, ...environment() } });
		const leave = async (shell: PtyProgram) => {
			await shell.shows('claude');
			shell.type('\x04');
			await shell.ended;
			return shell.text();
		};
		expect(await leave(start())).toContain('permissions, completion: agent-relay setup');
		expect(await leave(start())).not.toContain('agent-relay setup');
	});
});

describe('the screens of setup', () => {
	it.each([
		[100, 30],
		[80, 24],
		[40, 15],
	])('at %i columns and %i rows', async (columns, rows) => {
		const env = { ...cli.env, ...environment() };
		const program = new PtyProgram(['setup'], { cwd: cli.repo, env, columns, rows });
		const screens: string[] = [];
		// The last choice of each, which is drawn last; where it is `no`, the screen of the next one shows what was answered.
		for (const [question, last, keys] of [
			['Which agent', 'in this order', '\r'],
			['What may agents', 'read-only', '\r'],
			['Allow npm test', null, '\r'],
			['Tell you', 'no, never', '\x1b[B\r'],
			['Write completion', null, '\r'],
			['Write it?', 'change nothing', '\r'],
		] as const) {
			await program.shows(question);
			if (last !== null) {
				await program.shows(last);
				screens.push(program.screen());
			}
			program.type(keys);
		}
		await program.ended;
		screens.push(program.screen());
		const shown = screens.map((screen) => `${screen}\n`).join(`${'='.repeat(columns)}\n`);
		expect(
			screens
				.join('\n')
				.split('\n')
				.every((row) => row.length <= columns),
		).toBe(true);
		await expect(shown).toMatchFileSnapshot(`screens/setup-${columns}x${rows}.txt`);
	});
});
