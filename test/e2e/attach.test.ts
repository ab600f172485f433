/** `attach` with a fake TUI on a real terminal: what passes through, what is recorded, how it ends. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProcessTable } from '../../src/core/processes/create-process-table.ts';
import { parseTurnState } from '../../src/sessions/files/json-record.ts';
import type { TurnState } from '../../src/sessions/turns/turn-state.ts';
import { CliHome, NOT_INDEXED_BESIDE } from '../helpers/cli-home.ts';
import { until } from '../helpers/patience.ts';
import { PtyProgram } from '../helpers/pty-program.ts';

const TUI = resolve(import.meta.dirname, '../helpers/fake-tui.cjs');

const LOGINS = { ANTHROPIC_API_KEY: 'fake-claude-key', CODEX_API_KEY: 'fake-codex-key' };

let cli: CliHome;
beforeEach(() => {
	cli = new CliHome({ env: { ...NOT_INDEXED_BESIDE, ...LOGINS } });
	for (const agent of ['claude', 'codex'])
		cli.program(
			agent,
			`#!/bin/sh\ncase " $* " in *' --version '*) echo '1.0.0'; exit ;; esac\nexec '${process.execPath}' '${TUI}' ${agent} "$@"\n`,
		);
});
afterEach(() => cli.remove());

const env = () => ({ ...cli.env, PATH: `${cli.bin}:${cli.env.PATH}` });
const open = (...args: string[]) => new PtyProgram(['attach', ...args], { cwd: cli.repo, env: env() });
/** Of all sessions, oldest first. */
const turns = (): TurnState[] => {
	const sessions = join(cli.repo, '.agent-relay/sessions');
	return readdirSync(sessions)
		.sort()
		.flatMap((id) => {
			const folder = join(sessions, id, 'turns');
			const names = readdirSync(folder).filter((name) => name.endsWith('-state.json'));
			return names.sort().map((name) => parseTurnState(readFileSync(join(folder, name), 'utf8'), name));
		});
};
const startedWith = () =>
	readFileSync(join(cli.home, 'tui-args.jsonl'), 'utf8')
		.trim()
		.split('\n')
		.map((line) => JSON.parse(line) as { agent: string; args: string[] });
/** What the fake switches on and leaves on. */
const MODES = [1049, 1000, 1006, 2004];
const isSane = (program: PtyProgram) =>
	MODES.every((mode) => program.mode(mode) !== true) && program.mode(25) !== false;
/** Of the agents of the session's first TUI. */
const left = () => createProcessTable().withEnvironment({ HOME: cli.home, AGENT_RELAY_TURN: '1' });

describe('attach', () => {
	it('records what is said in the TUI of claude, follows a /clear, and has the terminal as it was', async () => {
		const program = open('claude', '--json');
		await program.echoes('[claude] ready 100x40');
		program.type('write made.txt\r');
		await program.echoes('did write');
		program.type('/clear\r');
		await program.echoes('cleared');
		program.type('say more\r');
		await program.echoes('did say');
		program.type('\x1c');
		expect(await program.ended, program.text()).toBe(0);
		expect(isSane(program)).toBe(true);
		// As many as the fake pushed, and no more.
		expect(program.written().match(/\x1b\[<\d*u/g)).toEqual(['\x1b[<2u']);
		const [first, second, ...more] = turns();
		expect(more).toEqual([]);
		expect(first).toMatchObject({
			agent: 'claude',
			status: 'completed',
			files: [{ path: 'made.txt', change: 'added' }],
		});
		expect(second).toMatchObject({ status: 'completed', files: [] });
		expect(first?.native_session_id).not.toBe(second?.native_session_id);
		expect(left()).toEqual([]);
	});

	it('records the files of a turn as a headless one has them, with what is in no snapshot', async () => {
		mkdirSync(join(cli.repo, 'inner'));
		cli.git('-C', 'inner', 'init', '-q');
		writeFileSync(join(cli.repo, 'inner/file.txt'), 'of another repo\n');
		const headless = await cli.run(['run', '--agent', 'demo-closer', 'say something'], { env: env() });
		expect(headless.exitCode, headless.stderr).toBe(0);
		const program = open('claude', '--new');
		await program.echoes('ready');
		program.type('write made.txt\r');
		await until(() => turns()[1]?.status === 'completed', 'the first turn');
		program.type('say more\r');
		await until(() => turns()[2]?.status === 'completed', 'the second turn');
		program.type('\x1c');
		expect(await program.ended, program.text()).toBe(0);
		const [plain, first, second] = turns();
		expect(plain).toMatchObject({ agent: 'demo-closer', tree: { skipped: ['inner'] } });
		for (const turn of [first, second]) {
			expect(turn?.tree.skipped).toEqual(plain?.tree.skipped);
			expect(turn?.warnings).toEqual(plain?.warnings);
		}
		expect(second?.tree.before).toBe(first?.tree.after);
		expect(program.text().split('Not in the snapshot: inner')).toHaveLength(2);
	});

	it('hands codex a packet with what was said in claude, without a daemon and with a preset', async () => {
		const first = open('claude');
		await first.echoes('ready');
		first.type('mend the lock\r');
		await first.echoes('did mend');
		first.type('exit\r');
		expect(await first.ended, first.text()).toBe(0);
		expect(first.text()).toContain('Back from claude: 1 turn');
		const second = open('codex');
		await second.echoes('[codex] did');
		// What is written next belongs to the next turn once this one has its snapshot.
		await until(
			() => turns().at(-1)?.agent === 'codex' && turns().at(-1)?.status === 'completed',
			'the turn',
		);
		second.type('write two.txt\r');
		await second.echoes('did write');
		second.type('\x1b[92;5u');
		expect(await second.ended, second.text()).toBe(0);
		const [, { args = [] } = {}] = startedWith();
		expect(args).toEqual(expect.arrayContaining(['--no-daemon', '-s', 'workspace-write']));
		expect(args.at(-1)).toMatch(/^\p{L}/u);
		expect(args.at(-1)).toContain('mend the lock');
		const all = turns();
		expect(all.map(({ agent, status }) => `${agent} ${status}`)).toEqual([
			'claude completed',
			'codex completed',
			'codex completed',
		]);
		expect(all[1]?.packet).not.toBeNull();
		expect(all[2]).toMatchObject({ files: [{ path: 'two.txt' }] });
	});

	it('puts a limit with its reset into the ledger at once, comes back as configured, and lets the next agent begin when it is gone', async () => {
		cli.configure('[attach]\non_limit = "return"\nkey = "ctrl-]"\n');
		const program = open('claude');
		await program.echoes('ready');
		program.type('limit\r');
		await program.shows('Who takes over?');
		// The question hides the cursor.
		expect(MODES.filter((mode) => program.mode(mode))).toEqual([]);
		const limits = JSON.parse((await cli.run(['limits', '--json'], { env: env() })).stdout);
		expect(JSON.stringify(limits)).toContain('five_hour');
		expect(left()).toEqual([]);
		program.type('\x1b[B\r');
		await program.echoes('[codex] did');
		program.type('\x1d');
		expect(await program.ended, program.text()).toBe(0);
		expect(turns().map(({ agent, status }) => `${agent} ${status}`)).toEqual([
			'claude limited',
			'codex completed',
		]);
	});

	it('is stopped and woken like any job, interrupts a busy agent, and survives its kill', async () => {
		const program = new PtyProgram(['attach', 'claude'], {
			cwd: cli.repo,
			env: env(),
			script: 'set -m; "$0" "$@"; echo "stopped $?"; fg >/dev/null; echo "over $?"',
		});
		await program.echoes('ready');
		program.type('stop\r');
		await program.shows('stopped 1');
		await program.echoes('continued');
		program.type('slow\r');
		await program.echoes('working');
		program.type('\x1c');
		await program.shows('over 0');
		expect(isSane(program)).toBe(true);
		expect(turns()).toMatchObject([{ status: 'cancelled' }]);
		const again = open('claude');
		await again.echoes('ready');
		again.type('slow\r');
		await again.echoes('working');
		const tui = await until(
			() =>
				createProcessTable()
					.withEnvironment({ HOME: cli.home, AGENT_RELAY_TURN: '2' })
					.find(({ command }) => command.includes('fake-tui')),
			'the TUI',
		);
		process.kill(tui.pid, 'SIGKILL');
		await again.ended;
		expect(isSane(again)).toBe(true);
		expect(again.text()).toContain('exit code 137');
		expect(turns().map(({ status }) => status)).toEqual(['cancelled', 'outcome_unknown']);
		expect(existsSync(join(cli.home, '.codex'))).toBe(false);
	});

	it('leaves a session that the next command mends, when the relay itself is killed', async () => {
		const killed = open('claude');
		await killed.echoes('ready');
		killed.type('write made.txt\r');
		await until(() => turns()[0]?.status === 'completed', 'the first turn');
		killed.type('call other.txt\r');
		await until(() => turns()[1]?.tools.length === 1, 'the second turn, under way');
		killed.kill('SIGKILL');
		await killed.ended;
		await until(() => left().length === 0, 'the end of the TUI');
		const next = open('codex');
		await next.echoes('[codex] did');
		next.type('\x1c');
		expect(await next.ended, next.text()).toBe(0);
		expect(next.text()).toContain('turn 2 (claude) was cut off');
		expect(turns()).toMatchObject([
			{ agent: 'claude', status: 'completed' },
			{ agent: 'claude', status: 'outcome_unknown', tools: [{ name: 'Write' }] },
			{ agent: 'codex', status: 'completed' },
		]);
		const [session = ''] = readdirSync(join(cli.repo, '.agent-relay/sessions'));
		const events = join(cli.repo, '.agent-relay/sessions', session, 'turns/002-events.jsonl');
		expect(readFileSync(events, 'utf8')).toContain('other.txt');
		const packet = startedWith()[1]?.args.at(-1);
		expect(packet).toContain('call other.txt');
		// They were typed here, so they are not a quote of what a file says.
		expect(packet).not.toContain('not confirmed');
	});

	it('ends with the TUI when it is told to, and keeps no session in which nothing was said', async () => {
		const program = open('claude');
		await program.echoes('ready');
		program.kill('SIGTERM');
		expect(await program.ended, program.text()).toBe(143);
		expect(isSane(program)).toBe(true);
		expect(left()).toEqual([]);
		expect(readdirSync(join(cli.repo, '.agent-relay/sessions'))).toEqual([]);
	});

	it('refuses what has no terminal, and an agent whose TUI it cannot open', async () => {
		const none = await cli.run(['attach', 'claude'], { env: env() });
		expect(none).toMatchObject({ exitCode: 64, stderr: expect.stringContaining('terminal') });
		const program = open('demo-closer');
		expect(await program.ended).toBe(5);
		expect(program.text()).toContain('cannot attach the TUI of demo-closer');
	});
});
