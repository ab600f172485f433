/** `search` on a real terminal, over transcripts that agents wrote. */
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import Database from 'libsql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProcessTable } from '../../src/core/processes/create-process-table.ts';
import { writeClaudeTranscript } from '../helpers/claude-transcript.ts';
import { CliHome, NOT_INDEXED_BESIDE } from '../helpers/cli-home.ts';
import { until } from '../helpers/patience.ts';
import { PtyProgram } from '../helpers/pty-program.ts';

const FIXTURES = resolve(import.meta.dirname, '../fixtures/transcripts');

let cli: CliHome;
beforeEach(() => {
	cli = new CliHome({ env: NOT_INDEXED_BESIDE });
	transcript('11111111-2222-4333-8444-555555555555', [
		'Why does the harbour bell ring twice?',
		'It is rung by two clocks.',
	]);
	transcript('66666666-2222-4333-8444-555555555555', [
		'Paint the lighthouse',
		'Painted \u001b[2J\u001b]0;evil\u0007 white.',
	]);
});
afterEach(() => cli.remove());

const transcript = (id: string, said: [string, string]) => writeClaudeTranscript(cli, id, said);

const onTerminal = (args: string[], size: { columns?: number; rows?: number } = {}, env = {}) =>
	new PtyProgram(args, { cwd: cli.repo, env: { ...cli.env, ...env }, ...size });

describe('search', () => {
	it('finds what an agent wrote by itself, and what opens it opens it', async () => {
		const { stdout } = await cli.run(['search', 'bell', '--json']);
		const { results } = JSON.parse(stdout) as { results: Array<{ target: string; agent: string }> };
		expect(results).toMatchObject([{ agent: 'claude', target: '11111111#1' }]);
		const opened = await cli.run(['conversation', results[0]?.target ?? '']);
		expect(opened.stdout).toContain('Why does the harbour bell ring twice?');
		expect(opened.stdout).toContain('It is rung by two clocks.');
		const refused = await cli.run(['search']);
		expect(refused).toMatchObject({ exitCode: 64 });
		expect(refused.stderr).toContain('What is to be found?');
	});

	it('is one answer in the shell and on the command line', async () => {
		const [line, shell] = [
			await cli.run(['search', 'lighthouse']),
			await cli.run([], { input: '/search lighthouse\n' }),
		];
		for (const row of line.stdout.split('\n').slice(0, 2))
			expect(`${shell.stdout}${shell.stderr}`).toContain(row);
		expect(shell.stdout + shell.stderr).not.toContain('\u001b[2J');
	});

	it.each([
		['100x30', { columns: 100, rows: 30 }, {}],
		['40x10 without colour', { columns: 40, rows: 10 }, { NO_COLOR: '1' }],
	])('fills a screen of %s: as you type, open, back, and the terminal is as before', async (_, size, env) => {
		const screen = onTerminal(['search'], size, env);
		await screen.shows('Paint the lighthouse');
		screen.type('harb');
		await screen.shows('1 of 1');
		expect(screen.screen()).not.toContain('Paint');
		screen.type('\r');
		await screen.shows('▸ #1 you');
		screen.type('\x1b');
		await screen.shows('Enter opens · h goes on');
		screen.type('\x03');
		expect(await screen.ended).toBe(0);
		expect([screen.mode(1049), screen.mode(2004), screen.mode(25)]).toEqual([false, false, true]);
	});

	it.each([
		['SIGTERM', 143],
		['SIGHUP', 129],
	])('gives the terminal back on %s', async (signal, exitCode) => {
		const screen = onTerminal(['search']);
		await screen.shows('Paint the lighthouse');
		screen.kill(signal);
		expect(await screen.ended).toBe(exitCode);
		if (signal === 'SIGTERM') expect([screen.mode(1049), screen.mode(2004)]).toEqual([false, false]);
	});

	it('goes on with a conversation of claude in another agent, by a packet', async () => {
		await cli.run(['search', 'bell']);
		const shell = onTerminal(['search', '--continue', '1', '-a', 'demo-closer']);
		await shell.shows('is made from');
		await shell.shows('demo-closer');
		shell.type('Close it.\r');
		await shell.shows('I changed nothing');
		shell.type('/exit\r');
		await shell.ended;
		const { stdout } = await cli.run(['packet']);
		expect(stdout).toContain('Why does the harbour bell ring twice?');
	});

	it('keeps the index up to date beside the work, once it was made by a search', async () => {
		const env = { AGENT_RELAY_CFG_SEARCH__KEEP_INDEXED: 'true' };
		const index = join(cli.home, '.local/share/agent-relay/index.db');
		const run = (words: string) => cli.run(['run', '-a', 'demo-closer', words], { env });
		await run('Sweep the quay.');
		expect(existsSync(index)).toBe(false);
		await cli.run(['search', 'bell']);
		await run('Polish the anchor.');
		const db = new Database(index, { readonly: true });
		try {
			const found = db.prepare("select count(*) as count from message_fts where message_fts match 'anchor'");
			await until(() => (found.get() as { count: number }).count > 0, 'the words of the last session');
		} finally {
			db.close();
		}
		await cli.run(['reindex', '--changed']);
		const indexers = () => createProcessTable().withEnvironment({ HOME: cli.home });
		await until(() => indexers().length === 0, 'the indexers to be gone');
	});

	it.each([
		['gemini/jsonl-repeated-torn', 'feet', 'gemini'],
		['opencode/export-and-sqlite', 'wheat', 'opencode'],
		['opencode/storage-tree-child', 'nine', 'opencode'],
	])(
		'goes on with what %s holds, in another agent, and makes one session of it',
		async (fixture, word, agent) => {
			cpSync(join(FIXTURES, fixture, 'home'), cli.home, { recursive: true });
			const goOn = (...query: string[]) =>
				cli.run(['search', ...query, '--continue', '1', '-a', 'demo-closer', '--here'], { input: '' });
			const first = await goOn(word, '--role', 'user');
			expect(first.stderr).toMatch(new RegExp(`is made from .*turns? of ${agent}`));
			const second = await goOn();
			expect(second.stderr).toContain('has that conversation already');
			const { results } = JSON.parse((await cli.run(['search', word, '--role', 'user', '--json'])).stdout);
			expect(results).toMatchObject([{ conversation: expect.stringMatching(/^relay:/) }]);
			const packet = await cli.run(['handoff', 'latest', '--print']);
			expect(packet.stdout.toLowerCase()).toContain(word);
		},
	);

	it('finds sessions by their own tags, also those that the tools and another repo gave', async () => {
		await cli.run(['run', '-a', 'demo-closer', 'Polish the anchor.']);
		await cli.run(['tag', 'latest', 'keel']);
		const { sessions } = JSON.parse((await cli.run(['sessions', '--json'])).stdout);
		const other = join(cli.base, 'other');
		mkdirSync(other);
		const id = (sessions as Array<{ id: string }>)[0]?.id;
		const afar = await cli.run(['tag', id ?? '', 'rudder', '--json'], { cwd: other });
		expect(JSON.parse(afar.stdout)).toMatchObject({ id, tags: ['keel', 'rudder'] });
		await cli.run([], { input: `/tag ${id?.slice(-6)}#1 decision\n` });
		await cli.run(['reindex']);
		const found = await cli.run(['search', 'anchor', '--tag', 'keel', '--tag', 'decision', '--json']);
		expect(JSON.parse(found.stdout).results).toMatchObject([
			{ session: id, tags: ['decision', 'keel', 'rudder'] },
		]);
		await cli.run(['tag', id ?? '', 'keel', '--remove'], { cwd: other });
		const { tags } = JSON.parse((await cli.run(['tags', '--json'])).stdout);
		const counted = tags.map((one: { tag: string; manual: number }) => [one.tag, one.manual]);
		expect(counted).toEqual([
			['decision', 1],
			['rudder', 1],
		]);
	});
});
