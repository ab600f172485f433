/** What workstreams ask a person at a terminal. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CliHome } from '../helpers/cli-home.ts';
import { PtyProgram } from '../helpers/pty-program.ts';

let home: CliHome;
beforeAll(async () => {
	home = new CliHome();
	home.program('claude', '#!/bin/sh\necho 2.1.197\n');
	for (const words of ['auth Move the login', 'pay Take cards']) {
		const made = await home.run(['ws', 'new', ...words.split(' ')], { env: environment() });
		expect(made.exitCode, made.stderr).toBe(0);
	}
});
afterAll(() => home.remove());

const environment = () => ({ PATH: home.bin, ANTHROPIC_API_KEY: 'fake' });
const open = (args: string[], env: Record<string, string> = {}) =>
	new PtyProgram(args, { cwd: home.repo, env: { ...home.env, ...environment(), ...env } });
const pathOf = (...parts: string[]) => join(home.home, '.config/agent-relay/workstreams', ...parts);

it('asks which of several workstreams a shell works on, and works on the one that is chosen', async () => {
	const shell = open([]);
	await shell.shows('Which workstream?');
	await shell.shows('pay: Take cards');
	await shell.shows('none of them');
	shell.type('\x1b[B\r');
	await shell.shows('Which workstream? · pay: Take cards');
	shell.type('/ws\r');
	await shell.writes(/description[^\n]{0,40}Take cards/);
	shell.type('/exit\r');
	expect(await shell.ended).toBe(0);
});

it('opens a state in the editor, and takes what the editor leaves, but nothing that is too long', async () => {
	home.program('ed-once', '#!/bin/sh\nsed -i "s/Not started yet/The login uses tokens/" "$1"\n');
	const edited = open(['ws', 'edit', 'auth'], { EDITOR: join(home.bin, 'ed-once') });
	expect(await edited.ended).toBe(0);
	const written = readFileSync(pathOf('auth/state.md'), 'utf8');
	expect(written).toContain('- The login uses tokens.');

	home.program('ed-long', '#!/bin/sh\nfor n in 1 2 3 4 5 6 7 8 9; do sed -i "p" "$1"; done\n');
	const long = open(['ws', 'edit', 'auth'], { EDITOR: join(home.bin, 'ed-long') });
	await long.shows('What now?');
	long.type('\x1b[B\r');
	expect(await long.ended).not.toBe(0);
	expect(long.text()).toContain('at most 80 lines are kept');
	expect(readFileSync(pathOf('auth/state.md'), 'utf8')).toBe(written);
});

it('removes a workstream once its name is typed', async () => {
	const wrong = open(['ws', 'delete', 'pay']);
	await wrong.shows('Type pay to remove it for good');
	wrong.type('auth\r');
	expect(await wrong.ended).not.toBe(0);
	expect(wrong.text()).toContain('Nothing was removed');
	expect(existsSync(pathOf('pay/state.md'))).toBe(true);
	const right = open(['ws', 'delete', 'pay']);
	await right.shows('Type pay to remove it for good');
	right.type('pay\r');
	expect(await right.ended).toBe(0);
	expect(existsSync(pathOf('pay'))).toBe(false);
});
