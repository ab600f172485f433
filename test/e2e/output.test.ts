import { chmodSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXIT } from '../../src/relay/exit-codes.ts';
import { CliHome } from '../helpers/cli-home.ts';
import { installFakeAgent } from '../helpers/fake-agents.ts';
import { until } from '../helpers/patience.ts';
import { PtyProgram } from '../helpers/pty-program.ts';

/** More than an event keeps of an output. */
const LINES = 4000;
const WHOLE = [
	...Array.from({ length: LINES / 2 }, (_, at) => `ok ${at} passes`),
	'FAIL slug.test.js > names an empty title',
	...Array.from({ length: LINES / 2 }, (_, at) => `ok ${at} passes later`),
	'1 failed',
].join('\n');

const item = (type: 'started' | 'completed', more: object) =>
	`${JSON.stringify({ type: `item.${type}`, item: { type: 'command_execution', aggregated_output: '', ...more } })}\n`;
const ran = (id: string, command: string, exit_code: number, aggregated_output: string) =>
	item('started', { id, command, exit_code: null, status: 'in_progress' }) +
	item('completed', {
		...{ id, command, exit_code, aggregated_output },
		status: exit_code === 0 ? 'completed' : 'failed',
	});

let cli: CliHome;
let env: Record<string, string>;

beforeAll(async () => {
	cli = new CliHome();
	env = { ...cli.env, PATH: `${cli.bin}:${cli.env.PATH}`, CODEX_API_KEY: 'fake-key' };
	const emit = [
		'{"type":"thread.started","thread_id":"thread-1"}\n{"type":"turn.started"}\n',
		ran('c1', 'npm run check', 0, 'one\ntwo\nthree\nfour\n'),
		ran('c2', 'npm test', 1, `${WHOLE}\n`),
		'{"type":"item.completed","item":{"id":"m","type":"agent_message","text":"Done."}}\n',
		'{"type":"turn.completed","usage":{"input_tokens":1,"cached_input_tokens":0,"output_tokens":1}}\n',
	].join('');
	installFakeAgent(cli.bin, 'codex', { turns: [[{ emit }, { exit: 0 }]], nativeSession: 'thread-1' });
	for (const args of [
		['run', 'check it'],
		['run', '--session', 'latest', 'again'],
	]) {
		const { exitCode, stderr } = await cli.run([...args, '-a', 'codex'], { env });
		expect(exitCode, stderr).toBe(0);
	}
});
afterAll(() => cli.remove());

const output = (...args: string[]) => cli.run(['output', ...args], { env });

describe('the output of a command', () => {
	it('is found by its number, whole although the events keep a part of it', async () => {
		const latest = JSON.parse((await output('--json')).stdout);
		expect(latest).toMatchObject({
			number: 2,
			count: 2,
			command: 'npm test',
			status: 'failed',
			exit_code: 1,
		});
		expect([latest.is_excerpt, latest.text]).toEqual([false, `${WHOLE}\n`]);
		const { stdout } = await output('1');
		expect(stdout).toMatch(
			/^\$ npm run check\ncommand 1 of 2 · turn 1 · codex · exit 0 .*\n\none\ntwo\nthree\nfour\n$/,
		);
	});

	it('says so where only a part was kept', async () => {
		const turns = join(
			cli.repo,
			'.agent-relay/sessions',
			readdirSync(join(cli.repo, '.agent-relay/sessions')).sort().at(-1) ?? '',
			'turns',
		);
		const raw = readdirSync(turns).filter((name) => name.endsWith('raw.jsonl'));
		for (const name of raw) rmSync(join(turns, name));
		const { stdout } = await output('2');
		expect(stdout).toMatch(/! Only a part of the \d+ KB was kept/);
		expect(stdout).toContain('FAIL slug.test.js > names an empty title\n');
		expect(stdout).toContain('characters left out');
	});

	it('is refused where there is none, with how many there are', async () => {
		expect(await output('9')).toMatchObject({
			exitCode: EXIT.notFound,
			stdout: '',
			stderr: expect.stringMatching(
				/has no command 9\.\n {2}It has 2 commands; the latest: agent-relay output --session \w+\n/,
			),
		});
		expect((await output('0')).exitCode).toBe(EXIT.usage);
	});

	it('opens in the pager of the user from the shell, over what is on the screen', async () => {
		const pager = join(cli.base, 'own-pager');
		writeFileSync(pager, '#!/bin/bash\necho "paged with $LESS"\ngrep -c passes\nread -r key </dev/tty\n');
		chmodSync(pager, 0o755);
		const shell = new PtyProgram(['-a', 'codex'], {
			cwd: cli.repo,
			env: { ...env, AGENT_RELAY_PAGER: pager },
		});
		await shell.shows('codex ›');
		shell.type('go on\r');
		await shell.shows('/output 2');
		await shell.shows('Done.');
		await until(
			() => /^ {2}codex · \d/m.test(shell.text()),
			'the end of the turn',
			() => shell.text(),
		);
		shell.type('\x0f');
		await shell.shows('paged with R');
		await shell.shows(String(LINES));
		shell.type('\n');
		await until(() => shell.mode(2004) === true, 'the shell to take the terminal back');
		shell.type('/exit\r');
		expect(await shell.ended, shell.text()).toBe(0);
		expect(shell.text()).toContain('✗ run npm test · exit 1');
		expect(shell.text()).toContain('│ FAIL slug.test.js > names an empty title');
	});
});
