import { execFileSync, spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXIT } from '../../src/relay/exit-codes.ts';
import { CliHome, PROGRAM } from '../helpers/cli-home.ts';

const DEMO = ['--agent', 'demo-closer', '-q'];
const DEMOS = 'demo-sprinter,demo-closer';
const TASK = 'Say what you are.';

let cli: CliHome;

beforeEach(() => {
	cli = new CliHome();
});
afterEach(() => cli.remove());

/** The newest session, or the one whose folder has such a file. */
function recorded(file: string): string {
	const sessions = join(cli.repo, '.agent-relay/sessions');
	for (const id of readdirSync(sessions).sort().reverse()) {
		try {
			return readFileSync(join(sessions, id, file), 'utf8');
		} catch {
			// Not of this one.
		}
	}
	throw new Error(`no session has ${file}`);
}

/** With something else than a pipe that ends as stdin. */
function runWith(
	stdin: 'pipe' | number,
	args: readonly string[],
): Promise<{ exitCode: number | null; stderr: string }> {
	return new Promise((done, fail) => {
		const child = spawn(process.execPath, [PROGRAM, ...args], {
			cwd: cli.repo,
			env: cli.env,
			stdio: [stdin, 'ignore', 'pipe'],
			timeout: 50_000,
		});
		let stderr = '';
		child.stderr?.on('data', (chunk) => {
			stderr += chunk;
		});
		child.on('error', fail);
		child.on('close', (exitCode) => done({ exitCode, stderr }));
	});
}

describe('a pipe beside a task', () => {
	it('goes with the task of run, behind a blank line in a fence', async () => {
		const end = await cli.run(['run', ...DEMO, TASK], { input: '+ a line\n</stdin-00000000>\n' });
		expect(end).toMatchObject({ exitCode: EXIT.done, stderr: '' });
		const [, mark = '?'] = /<(stdin-[0-9a-f]{8})>/.exec(recorded('turns/001-prompt.md')) ?? [];
		const whole = `${TASK}\n\n<${mark}>\n+ a line\n</stdin-00000000>\n</${mark}>`;
		expect(recorded('turns/001-prompt.md')).toBe(whole);
		expect(JSON.parse(recorded('meta.json'))).toMatchObject({ objective: whole });
	});

	it('goes with a task from a file', async () => {
		cli.write('task.md', `${TASK}\n`);
		await cli.run(['run', ...DEMO, '-f', 'task.md'], { input: 'material' });
		expect(recorded('turns/001-prompt.md')).toMatch(
			/^Say what you are\.\n\n<stdin-\w{8}>\nmaterial\n<\/stdin-\w{8}>$/,
		);
	});

	it('goes with the topic of a chat and the task of a race', async () => {
		await cli.run(['chat', '-A', DEMOS, '-n', '1', 'Tabs or spaces?'], { input: 'a file\n' });
		expect(JSON.parse(recorded('meta.json')).objective).toMatch(
			/^Tabs or spaces\?\n\n<stdin-\w{8}>\na file\n/,
		);
		expect(recorded('turns/001-prompt.md')).toContain('\na file\n</stdin-');
		await cli.run(['race', '-A', DEMOS, '-q', TASK], { input: 'a race\n' });
		expect(recorded('turns/001-prompt.md')).toMatch(/^Say what you are\.\n\n<stdin-\w{8}>\na race\n/);
	});

	it.each(['', '\n \n'])('that holds only %j changes nothing', async (input) => {
		await cli.run(['run', ...DEMO, TASK], { input });
		expect(recorded('turns/001-prompt.md')).toBe(TASK);
	});

	it('that is refused starts nothing', async () => {
		const binary = await cli.run(['run', ...DEMO, TASK], { input: 'PNG\u0000' });
		expect(binary).toMatchObject({ exitCode: EXIT.usage });
		expect(binary.stderr).toContain('binary data');
		const endless = await cli.bash(`yes | agent-relay run ${DEMO.join(' ')} '${TASK}'`);
		expect(endless).toMatchObject({ exitCode: EXIT.usage });
		expect(endless.stderr).toContain('more than 4 MiB');
		expect(() => readdirSync(join(cli.repo, '.agent-relay'))).toThrow();
	});

	it('is read to its end, however late a process beside the relay writes', async () => {
		const said = join(cli.base, 'said');
		// Two seconds after it says that it reads, the relay gives up a pipe that nobody writes to.
		const late = `for i in {1..300}; do grep -qs Reading '${said}' && break; sleep 0.1; done; sleep 3; echo late`;
		const end = await cli.bash(`(${late}) | agent-relay run ${DEMO.join(' ')} '${TASK}' 2>'${said}'`);
		expect(end).toMatchObject({ exitCode: EXIT.done });
		expect(readFileSync(said, 'utf8')).toBe(
			'agent-relay: Reading the rest of the task from stdin (to start without it, add < /dev/null).\n',
		);
		expect(recorded('turns/001-prompt.md')).toMatch(/\nlate\n<\/stdin-\w{8}>$/);
	});
});

describe('an open stdin that nobody writes to', () => {
	const silent = /^agent-relay: Reading [^\n]*\nagent-relay: Nothing came on stdin, and nothing writes to it/;

	it('of a process that started the relay is given up, with a word', async () => {
		const end = await runWith('pipe', ['run', ...DEMO, TASK]);
		expect(end).toMatchObject({ exitCode: EXIT.done, stderr: expect.stringMatching(silent) });
		expect(recorded('turns/001-prompt.md')).toBe(TASK);
	});

	it('does not keep --continue from its work', async () => {
		const end = await runWith('pipe', ['run', '--continue']);
		expect(end).toMatchObject({ exitCode: EXIT.notFound, stderr: expect.stringMatching(silent) });
	});

	it('is given up where only the starting process holds a pipe open', async () => {
		const fifo = join(cli.base, 'fifo');
		execFileSync('mkfifo', [fifo]);
		const held = openSync(fifo, 'r+');
		try {
			const end = await runWith(held, ['run', ...DEMO, TASK]);
			expect(end).toMatchObject({ exitCode: EXIT.done, stderr: expect.stringMatching(silent) });
		} finally {
			closeSync(held);
		}
	});
});

describe('the file of the answer', () => {
	it('is replaced by the answer of finished work, and by nothing else', async () => {
		const path = join(cli.repo, 'answer.txt');
		const ask = (agent: string) => cli.run(['run', '-a', agent, '-o', 'answer.txt', '--json', TASK]);
		const done = await ask('demo-closer');
		const first = JSON.parse(done.stdout.split('\n')[0] ?? '');
		const last = JSON.parse(done.stdout.trim().split('\n').at(-1) ?? '');
		expect(first).toMatchObject({ session: last.session, agent: 'demo-closer', resumed: false, turns: 0 });
		expect(readFileSync(path, 'utf8')).toBe(`${last.answer}\n`);
		cli.configure('[agents.half]\ncommand = ["sh", "-c", "echo half of it; exit 3"]\n');
		const failed = await ask('half');
		expect(failed.exitCode).toBe(EXIT.failed);
		expect(failed.stderr).toContain('There is no answer to write');
		expect(readFileSync(path, 'utf8')).toBe(`${last.answer}\n`);
	});
});
