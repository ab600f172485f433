import { appendFileSync, chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CliHome } from '../helpers/cli-home.ts';
import { PtyProgram } from '../helpers/pty-program.ts';

/** More than a pipe holds, so that a pager that reads no further holds the program up. */
const LINES = 40_000;

let cli: CliHome;

beforeAll(async () => {
	cli = new CliHome();
	expect((await cli.run(['run', '-a', 'demo-closer', 'Say what you are.'])).exitCode).toBe(0);
	const [id = ''] = readdirSync(join(cli.repo, '.agent-relay/sessions'));
	const output = join(cli.repo, '.agent-relay/sessions', id, 'turns/001-output.md');
	appendFileSync(output, Array.from({ length: LINES }, (_, at) => `line ${at} of many\n`).join(''));
	// Shows five lines, then waits for a key, as a pager does.
	program(join(cli.base, 'slow-pager'), [
		'trap "echo got an interrupt" INT',
		'echo "paged with $LESS $1"',
		'for i in 1 2 3 4 5; do IFS= read -r line; printf "%s\\n" "$line"; done',
		'while ! read -r key </dev/tty; do :; done',
		'echo "left with $key"',
	]);
});
afterAll(() => cli.remove());

function program(path: string, lines: readonly string[]): void {
	writeFileSync(path, ['#!/bin/bash', ...lines, ''].join('\n'));
	chmodSync(path, 0o755);
}

const onTerminal = (args: string[], env: Record<string, string> = {}) =>
	new PtyProgram(args, { cwd: cli.repo, env: { ...cli.env, ...env } });

/** What is printed on a terminal, to its end. */
async function printed(args: string[], env: Record<string, string> = {}) {
	const shown = onTerminal(args, env);
	expect(await shown.ended).toBe(0);
	return shown.text();
}

describe('on a terminal', () => {
	it('a pager gets the output, keys and Ctrl+C, and may be left before its end', async () => {
		const AGENT_RELAY_PAGER = `${join(cli.base, 'slow-pager')} "two words"`;
		const shown = onTerminal(['show', '--output'], { AGENT_RELAY_PAGER, PAGER: 'cat' });
		await shown.shows('paged with FRX two words');
		await shown.shows('demo');
		shown.type('\x03');
		await shown.shows('got an interrupt');
		shown.type('q\n');
		await shown.shows('left with q');
		expect(await shown.ended).toBe(0);
		expect(shown.text()).not.toContain('line 39999');
	});

	it.each<[string, string[], Record<string, string>]>([
		['is cat', ['show'], { PAGER: 'cat' }],
		['is empty', ['show'], { PAGER: 'false', AGENT_RELAY_PAGER: '' }],
		['cannot be found', ['show'], { PAGER: 'no-such-pager' }],
		['cannot be started', ['show'], { PAGER: '/etc/passwd' }],
		['is not wanted', ['--no-pager', 'show'], { PAGER: 'false' }],
		['would get data', ['show', '--json'], { PAGER: 'false' }],
	])('where it %s, all is printed plainly, without an error', async (_, args, env) => {
		const text = await printed(args, env);
		expect(text).toContain('Say what you are.');
		expect(text).not.toContain('pager');
	});

	it('the other reading commands use it too, and what is piped does not', async () => {
		const PAGER = 'sed s/^/paged:/';
		for (const args of [['show'], ['sessions'], ['diff'], ['blame', 'README.md']])
			expect(await printed(args, { PAGER })).toMatch(/^paged:/);
		expect((await cli.run(['show'], { env: { PAGER } })).stdout).not.toContain('paged:');
	});

	it('a program of the repo is never the pager', async () => {
		const planted = join(cli.base, 'planted');
		mkdirSync(join(cli.repo, 'node_modules/.bin'), { recursive: true });
		for (const path of ['node_modules/.bin/less', 'less'])
			program(join(cli.repo, path), [`echo >'${planted}'`, 'cat']);
		const PATH = `${join(cli.repo, 'node_modules/.bin')}:.:${cli.bin}`;
		for (const PAGER of ['less', './less', join(cli.repo, 'less')])
			expect(await printed(['sessions'], { PAGER, PATH })).toContain('Say what you are.');
		expect(existsSync(planted)).toBe(false);
	});

	it('a signal that ends the program ends the pager first', async () => {
		program(join(cli.base, 'stopped-pager'), [
			'trap "echo the pager ends; exit" TERM',
			// Once it is given something, the program hears of signals for it.
			'IFS= read -r line',
			'echo "parent $PPID."',
			'while :; do read -r -t 1 key </dev/tty; done',
		]);
		const shown = onTerminal(['show'], { PAGER: join(cli.base, 'stopped-pager') });
		await shown.shows('.');
		const pid = Number(/parent (\d+)\./.exec(shown.text())?.[1]);
		process.kill(pid, 'SIGTERM');
		await shown.shows('the pager ends');
		expect(await shown.ended).toBe(143);
	});
});
