/** `watch` beside relays that work: in processes of their own, on the demo agents and on scripted ones. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DEMO_OBJECTIVE, DEMO_SECOND_PROMPT } from '../../src/agents/demo/scenario.ts';
import { CliHome } from '../helpers/cli-home.ts';
import { startProgram } from '../helpers/crash-program.ts';
import { claude, codex } from '../helpers/fake-agent-lines.ts';
import { type FakeStep, installFakeAgent } from '../helpers/fake-agents.ts';
import { until } from '../helpers/patience.ts';
import { cursorOf, recordsIn, recordsOf, startWatch, type Watching } from '../helpers/watched.ts';

const ORDER = ['--order', 'demo-sprinter,demo-closer'];
const LOGINS = { ANTHROPIC_API_KEY: 'fake-claude-key', CODEX_API_KEY: 'fake-codex-key' };

const sessionsOf = (cli: CliHome) => join(cli.repo, '.agent-relay/sessions');
const outOf = (cli: CliHome, name = 'watched') => join(cli.base, name);

function watchIn(cli: CliHome, args: readonly string[], name?: string): Watching {
	return startWatch({ cwd: cli.repo, env: { ...cli.env, ...LOGINS } }, outOf(cli, name), args);
}

describe('watch, beside a task that is handed over', () => {
	let cli: CliHome;
	/** What the first terminal showed. */
	let shown: string;
	let live: Watching;
	let drawn: Watching;

	beforeAll(async () => {
		cli = new CliHome();
		live = watchIn(cli, ['--follow-new', '--json'], 'live');
		drawn = watchIn(cli, ['--follow-new'], 'drawn');
		const first = await cli.run(['run', ...ORDER, DEMO_OBJECTIVE]);
		const second = await cli.run(['run', ...ORDER, '--session', 'latest', DEMO_SECOND_PROMPT]);
		expect([first.exitCode, second.exitCode]).toEqual([0, 0]);
		shown = first.stderr + second.stderr;
		const all = recordsIn(sessionsOf(cli));
		await until(() => live.lines().length >= all.length, 'all records to be printed');
		await until(() => drawn.lines().filter((line) => line.includes('is left')).length === 2, 'both ends');
		for (const watching of [live, drawn]) watching.kill('SIGINT');
	});
	afterAll(() => cli.remove());

	it('prints each record of every session once, as it happens, and ends on Ctrl+C with 130', async () => {
		expect(await live.ended).toEqual({ code: 130, stderr: '' });
		expect(recordsOf(live.lines())).toEqual(recordsIn(sessionsOf(cli)));
	});

	it('prints the same lines afterwards, in the same order for each session', async () => {
		const { stdout, exitCode } = await cli.run(['watch', 'latest', '--json']);
		expect(exitCode).toBe(0);
		const id = JSON.parse(stdout.split('\n')[0] ?? '').session_id;
		const own = live.lines().filter((line) => JSON.parse(line).session_id === id);
		expect(stdout.split('\n').slice(0, -1)).toEqual(own);
	});

	it('shows what the first terminal showed, with a head for each turn', async () => {
		expect((await drawn.ended).code).toBe(130);
		const lines = drawn.lines();
		// Lines from the snapshots stand where the edit was in the first terminal, and before the footer here.
		const isFromGit = (line: string) => /^(?:•| +(?:\d+ |⋮))/.test(line);
		expect(lines.filter((line) => /^• (?:create|edit) \S+ \+\d+/.test(line))).not.toEqual([]);
		expect(lines.filter((line) => /^ +\d+ \+ /.test(line))).not.toEqual([]);
		const said = shown
			.split('\n')
			.filter((line) => line !== '' && !/^demo-sprinter · edit/.test(line) && !isFromGit(line));
		// Nor which lines changed in an edit that a tool only named: that terminal did, where git was fast enough.
		// It also names what shows all of an output, and has its own clock.
		const inBoth = (line: string) =>
			line
				.replace(/, agent-relay output \d+| · (?:\d+ min )?\d+(?:\.\d)? s/g, '')
				.replace(
					/^✓ (?:create|edit) (\S+)(?: [+-]\d+)*(?: · \d+ of \d+ (?:changed )?lines, .*)?$/,
					'✓ edit $1',
				);
		const watched = new Set(lines.map(inBoth));
		expect(said.map(inBoth).filter((line) => !watched.has(line))).toEqual([]);
		expect(lines.join('\n')).toMatch(/^session \w{6} · Write a word counter/);
		expect(lines.join('\n')).toMatch(/\nturn 1 · demo-sprinter · edit\n/);
		expect(lines.join('\n')).toMatch(/\nturn 2 · demo-closer · edit · failover · with resume\/001-\S+\.md\n/);
		expect(lines.join('\n')).toMatch(/\ncheckpoint \(limit · resume\/001-\S+\.md · for demo-closer/);
		expect(lines).toContain('the session is left: completed');
	});

	it('has the events of run --json in their shape, with the state of each turn at its end', () => {
		const events = live.lines().map((line) => JSON.parse(line));
		const end = events.find(({ type, agent }) => type === 'turn_finished' && agent === 'demo-closer');
		expect(end.state).toMatchObject({ agent: 'demo-closer', status: 'completed', turn: 2 });
		expect(events.find(({ type }) => type === 'handed_over')).toMatchObject({
			from: 'demo-sprinter',
			to: 'demo-closer',
			record: 'log',
			turn: 1,
		});
		expect(events.find(({ type }) => type === 'tool_call')).toMatchObject({
			record: 'events',
			kind: 'other',
		});
	});

	it('continues behind any cursor, with the sessions that continue it', async () => {
		const all = live.lines();
		for (const at of [0, 40, 70, all.length - 1]) {
			const since = cursorOf(all[at]) ?? '';
			const { stdout } = await cli.run(['watch', '--since', since, '--no-follow', '--json']);
			expect(recordsOf(stdout.split('\n').slice(0, -1)), since).toEqual(recordsOf(all.slice(at + 1)));
		}
	});

	it('takes a parent for printed where a cursor is of its child', async () => {
		const all = live.lines();
		const [root] = all.map((line) => JSON.parse(line).session_id);
		const since = cursorOf(all.at(-3)) ?? '';
		const { stdout } = await cli.run(['watch', root, '--since', since, '--json']);
		expect(recordsOf(stdout.split('\n').slice(0, -1))).toEqual(recordsOf(all.slice(-2)));
	});

	it('writes nothing, and ends quietly when its reader goes away', async () => {
		const before = cli.state();
		for (const args of [['watch'], ['watch', '--no-follow', '--json'], ['watch', 'latest']])
			expect(await cli.run(args)).toMatchObject({ exitCode: 0, stderr: '' });
		const cut = await cli.bash(`agent-relay watch | head -n 1; echo "\${PIPESTATUS[0]}"`);
		expect(cut.stdout).toMatch(/^session .*\n0\n$/);
		expect(cut.stderr).toBe('');
		expect(cli.state()).toEqual(before);
	});
});

describe('watch', () => {
	let cli: CliHome;
	beforeEach(() => {
		cli = new CliHome();
	});
	afterEach(() => cli.remove());

	const env = () => ({ ...LOGINS, PATH: `${cli.bin}:${cli.env.PATH}` });
	const agents = (turns: { claude: FakeStep[][]; codex?: FakeStep[][] }) => {
		installFakeAgent(cli.bin, 'claude', { turns: turns.claude });
		installFakeAgent(cli.bin, 'codex', { turns: turns.codex ?? turns.claude, nativeSession: 'thread-1' });
	};
	const place = () => ({ cwd: cli.repo, env: { ...cli.env, ...env() } });
	const limited = () => [
		{ emit: claude.init + claude.text('half') + claude.windowLimit(Date.now() + 3_600_000), exit: 1 },
	];
	const slow = (text: string): FakeStep[] => [
		{ emit: claude.init + claude.text(text) },
		{ sleep: 60_000 },
		{ emit: claude.result(text), exit: 0 },
	];

	it.each([
		['answered', [{ emit: claude.init + claude.text('done') + claude.result('done'), exit: 0 }], [], 0],
		['failed', [{ emit: claude.init, exit: 3 }], [], 1],
		['limited', limited(), ['--order', 'claude'], 2],
		['timed out', slow('begun'), ['--timeout', '1s'], 3],
	] as const)('ends with the exit code of a run that %s', async (_what, steps, args, code) => {
		agents({ claude: [[...steps]] });
		const run = await cli.run(['run', '-a', 'claude', ...args, 'do it'], { env: env() });
		expect(run.exitCode, run.stderr).toBe(code);
		const watched = await cli.run(['watch']);
		expect(watched.exitCode, watched.stdout).toBe(code);
		expect((await cli.run(['watch', '--no-follow'])).exitCode).toBe(0);
	});

	it('ends with the exit code of a run that was interrupted, once that is over', async () => {
		agents({ claude: [slow('begun')] });
		const run = startProgram(place(), 'run', '-a', 'claude', 'do it');
		await until(() => run.stdout().includes('begun'), 'the agent to begin');
		const watching = watchIn(cli, []);
		await until(() => watching.lines().join('\n').includes('turn 1'), 'the turn to be shown');
		run.kill('SIGINT');
		expect((await run.ended).code).toBe(130);
		expect(await watching.ended).toEqual({ code: 130, stderr: '' });
		expect(watching.lines().join('\n')).toMatch(
			/begun\n[\s\S]*■ [^\n]*interrupted after [\s\S]*is checkpointed \(interrupted\)/,
		);
	});

	it('does not disturb what it watches when it is stopped', async () => {
		agents({ claude: [slow('begun')] });
		const run = startProgram(place(), 'run', '-a', 'claude', 'do it');
		await until(() => run.stdout().includes('begun'), 'the agent to begin');
		const watching = watchIn(cli, []);
		await until(() => watching.lines().join('\n').includes('turn 1'), 'the turn to be shown');
		watching.kill('SIGINT');
		expect(await watching.ended).toEqual({ code: 130, stderr: '' });
		const { sessions } = JSON.parse((await cli.run(['sessions', '--json'])).stdout);
		expect(sessions[0].status).toBe('active');
		run.kill('SIGINT');
		await run.ended;
	});

	it('shows all that are at work at once, each line marked with its session', async () => {
		agents({
			claude: [slow('from claude')],
			codex: [[{ emit: codex.init + codex.text('from codex') }, { sleep: 60_000 }]],
		});
		const runs = ['claude', 'codex'].map((agent) =>
			startProgram(place(), 'run', '-a', agent, `for ${agent}`),
		);
		for (const [at, agent] of ['claude', 'codex'].entries())
			await until(() => runs[at]?.stdout().includes(`from ${agent}`), `${agent} to begin`);
		const watching = watchIn(cli, ['--all']);
		await until(
			() => /from claude/.test(watching.lines().join('\n')) && /from codex/.test(watching.lines().join('\n')),
			'both',
		);
		for (const run of runs) run.kill('SIGINT');
		await Promise.all(runs.map(({ ended }) => ended));
		expect((await watching.ended).code).toBe(130);
		const text = watching.lines();
		const markOf = (agent: string) => text.find((line) => line.includes(`from ${agent}`))?.split(' │ ')[0];
		expect(markOf('claude')).toMatch(/^\w{6}$/);
		expect(markOf('claude')).not.toBe(markOf('codex'));
		const marked = text.filter((line) => / │ /.test(line));
		expect(text.filter((line) => !marked.includes(line) && !/is checkpointed/.test(line))).toEqual([]);
	});

	it('prints each record once though an agent removes them all in the middle of its turn', async () => {
		agents({
			claude: [
				[
					{ emit: claude.init + claude.text('one') },
					{ sleep: 300 },
					{ run: 'git clean -qfdx' },
					{ emit: claude.tool('t1', 'true') },
					{ sleep: 700 },
					{ emit: claude.toolResult('t1', 'ok') + claude.text('two') + claude.result('two'), exit: 0 },
				],
			],
		});
		const watching = watchIn(cli, ['--follow-new', '--json']);
		const run = await cli.run(['run', '-a', 'claude', 'do it'], { env: env() });
		expect(run.stderr).toContain('were removed during the turn');
		const all = recordsIn(sessionsOf(cli));
		await until(() => watching.lines().length >= all.length, 'all records to be printed');
		watching.kill('SIGINT');
		await watching.ended;
		expect(recordsOf(watching.lines())).toEqual(all);
	});

	it('follows by looking where the system has no watches left, and says nothing of it', async () => {
		const preload = join(cli.base, 'no-watches.cjs');
		const asked = join(cli.base, 'asked');
		cli.write(
			preload,
			`const fs = require('node:fs');
fs.watch = (path) => {
	fs.appendFileSync(${JSON.stringify(asked)}, path);
	throw Object.assign(new Error('ENOSPC: no watches left'), { code: 'ENOSPC', syscall: 'watch' });
};
require('node:module').syncBuiltinESMExports();
`,
		);
		const turn: FakeStep[] = [{ emit: claude.init + claude.text('done') + claude.result('done'), exit: 0 }];
		agents({ claude: [turn, turn] });
		const place = { cwd: cli.repo, env: { ...cli.env, ...env(), NODE_OPTIONS: `--require ${preload}` } };
		await cli.run(['run', '-a', 'claude', 'do it'], { env: env() });
		const watching = startWatch(place, outOf(cli), ['--follow-new', '--json']);
		await until(() => watching.lines().length > 0 && existsSync(asked), 'the session that was there');
		await cli.run(['run', '-a', 'claude', 'do it'], { env: env() });
		const all = recordsIn(sessionsOf(cli));
		await until(() => watching.lines().length >= all.length, 'all records to be printed');
		watching.kill('SIGINT');
		expect(await watching.ended).toEqual({ code: 130, stderr: '' });
		expect(recordsOf(watching.lines())).toEqual(all);
	});

	it('refuses a session whose log cannot be read, as show does', async () => {
		agents({ claude: [[{ emit: claude.init + claude.text('done') + claude.result('done'), exit: 0 }]] });
		await cli.run(['run', '-a', 'claude', 'do it'], { env: env() });
		const [id = ''] = readdirSync(sessionsOf(cli));
		const log = join(sessionsOf(cli), id, 'log.jsonl');
		rmSync(log);
		symlinkSync('/etc/hostname', log);
		for (const args of [
			['watch', id],
			['watch', id, '--json', '--no-follow'],
			['show', id, '--log'],
		]) {
			const run = await cli.run(args);
			expect(run).toMatchObject({ exitCode: 1, stdout: '' });
			expect(run.stderr).toContain('log.jsonl');
		}
	});

	it('follows a chat and a race live, each record once', async () => {
		const watching = watchIn(cli, ['--all', '--follow-new', '--json']);
		const demo = ['--agents', 'demo-sprinter,demo-closer'];
		expect((await cli.run(['chat', 'which port', ...demo, '-n', '4'])).exitCode).toBe(0);
		await cli.run(['race', 'say hi', ...demo, '--check', 'true']);
		const all = recordsIn(sessionsOf(cli));
		expect(new Set(all.map((line) => line.split(' ')[0])).size).toBe(4);
		await until(() => watching.lines().length >= all.length, 'all records to be printed');
		watching.kill('SIGINT');
		expect(await watching.ended).toEqual({ code: 130, stderr: '' });
		expect(recordsOf(watching.lines())).toEqual(all);
	});

	it('without any session says so, ends with 4 and writes nothing', async () => {
		const before = cli.state();
		const none = await cli.run(['watch']);
		expect(none).toMatchObject({ exitCode: 4, stdout: '' });
		expect(none.stderr).toContain('There is no session here yet.');
		const all = await cli.run(['watch', '--all']);
		expect(all).toMatchObject({ exitCode: 4, stdout: '' });
		expect(all.stderr).toMatch(/No session of this repo is at work\.\n.*--follow-new/);
		expect(cli.state()).toEqual(before);
	});

	it.each([
		[['--all', 'latest'], '--all follows every session'],
		[['--no-follow', '--follow-new'], '--no-follow ends at once'],
		[['--since', 'latest:1:2'], '--since takes SESSION:TURN:SEQ'],
		[
			['--since', '01K3ZZZZZZZZZZZZZZZZZZZZZZ:1:2', '--since', '01K3ZZZZZZZZZZZZZZZZZZZZZZ:1:3'],
			'given twice',
		],
	])('refuses %j', async (args, message) => {
		const run = await cli.run(['watch', ...args]);
		expect(run).toMatchObject({ exitCode: 64, stdout: '' });
		expect(run.stderr).toContain(message);
	});

	it('reads records where it may not write', async () => {
		agents({ claude: [[{ emit: claude.init + claude.text('done') + claude.result('done'), exit: 0 }]] });
		await cli.run(['run', '-a', 'claude', 'do it'], { env: env() });
		execFileSync('chmod', ['-R', 'a-w', join(cli.repo, '.agent-relay')]);
		const run = await cli.run(['watch', '--json']);
		execFileSync('chmod', ['-R', 'u+w', join(cli.repo, '.agent-relay')]);
		expect(run).toMatchObject({ exitCode: 0 });
		expect(recordsOf(run.stdout.split('\n').slice(0, -1))).toEqual(recordsIn(sessionsOf(cli)));
		expect(readFileSync(join(cli.repo, 'README.md'), 'utf8')).toContain('A repo');
	});
});
