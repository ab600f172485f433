/** `attach` with a fake TUI on a real terminal: what passes through, what is recorded, how it ends. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProcessTable } from '../../src/core/processes/create-process-table.ts';
import { until } from '../helpers/patience.ts';
import { isSane, TUI_MODES, TuiHome } from '../helpers/tui-home.ts';

let home: TuiHome;
beforeEach(() => {
	home = new TuiHome();
});
afterEach(() => home.remove());

const open = (...args: string[]) => home.open(['attach', ...args]);

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
		const [first, second, ...more] = home.turns();
		expect(more).toEqual([]);
		expect(first).toMatchObject({
			agent: 'claude',
			status: 'completed',
			files: [{ path: 'made.txt', change: 'added' }],
		});
		expect(second).toMatchObject({ status: 'completed', files: [] });
		expect(first?.native_session_id).not.toBe(second?.native_session_id);
		expect(home.left()).toEqual([]);
	});

	it('records the files of a turn as a headless one has them, with what is in no snapshot', async () => {
		mkdirSync(join(home.cli.repo, 'inner'));
		home.cli.git('-C', 'inner', 'init', '-q');
		writeFileSync(join(home.cli.repo, 'inner/file.txt'), 'of another repo\n');
		const headless = await home.cli.run(['run', '--agent', 'demo-closer', 'say something'], {
			env: home.env,
		});
		expect(headless.exitCode, headless.stderr).toBe(0);
		const program = open('claude', '--new');
		await program.echoes('ready');
		program.type('write made.txt\r');
		await until(() => home.turns()[1]?.status === 'completed', 'the first turn');
		program.type('say more\r');
		await until(() => home.turns()[2]?.status === 'completed', 'the second turn');
		program.type('\x1c');
		expect(await program.ended, program.text()).toBe(0);
		const [plain, first, second] = home.turns();
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
			() => home.turns().at(-1)?.agent === 'codex' && home.turns().at(-1)?.status === 'completed',
			'the turn',
		);
		second.type('write two.txt\r');
		await second.echoes('did write');
		second.type('\x1b[92;5u');
		expect(await second.ended, second.text()).toBe(0);
		const [, { args = [] } = {}] = home.startedWith();
		expect(args).toEqual(expect.arrayContaining(['--no-daemon', '-s', 'workspace-write']));
		expect(args.at(-1)).toMatch(/^\p{L}/u);
		expect(args.at(-1)).toContain('mend the lock');
		const all = home.turns();
		expect(all.map(({ agent, status }) => `${agent} ${status}`)).toEqual([
			'claude completed',
			'codex completed',
			'codex completed',
		]);
		expect(all[1]?.packet).not.toBeNull();
		expect(all[2]).toMatchObject({ files: [{ path: 'two.txt' }] });
	});

	it('puts a limit with its reset into the ledger at once, comes back as configured, and lets the next agent begin when it is gone', async () => {
		home.cli.configure('[attach]\non_limit = "return"\nkey = "ctrl-]"\n');
		const program = open('claude');
		await program.echoes('ready');
		program.type('limit\r');
		await program.shows('Who takes over?');
		// The question hides the cursor.
		expect(TUI_MODES.filter((mode) => program.mode(mode))).toEqual([]);
		const limits = JSON.parse((await home.cli.run(['limits', '--json'], { env: home.env })).stdout);
		expect(JSON.stringify(limits)).toContain('five_hour');
		expect(home.left()).toEqual([]);
		program.type('\x1b[B\r');
		await program.echoes('[codex] did');
		program.type('\x1d');
		expect(await program.ended, program.text()).toBe(0);
		expect(home.turns().map(({ agent, status }) => `${agent} ${status}`)).toEqual([
			'claude limited',
			'codex completed',
		]);
	});

	it('is stopped and woken like any job, interrupts a busy agent, and survives its kill', async () => {
		const program = home.open(['attach', 'claude'], {
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
		expect(home.turns()).toMatchObject([{ status: 'cancelled' }]);
		const again = open('claude');
		await again.echoes('ready');
		again.type('slow\r');
		await again.echoes('working');
		const tui = await until(
			() =>
				createProcessTable()
					.withEnvironment({ HOME: home.cli.home, AGENT_RELAY_TURN: '2' })
					.find(({ command }) => command.includes('fake-tui')),
			'the TUI',
		);
		process.kill(tui.pid, 'SIGKILL');
		await again.ended;
		expect(isSane(again)).toBe(true);
		expect(again.text()).toContain('exit code 137');
		expect(home.turns().map(({ status }) => status)).toEqual(['cancelled', 'outcome_unknown']);
		expect(existsSync(join(home.cli.home, '.codex'))).toBe(false);
	});

	it('leaves a session that the next command mends, when the relay itself is killed', async () => {
		const killed = open('claude');
		await killed.echoes('ready');
		killed.type('write made.txt\r');
		await until(() => home.turns()[0]?.status === 'completed', 'the first turn');
		killed.type('call other.txt\r');
		await until(() => home.turns()[1]?.tools.length === 1, 'the second turn, under way');
		killed.kill('SIGKILL');
		await killed.ended;
		await until(() => home.left().length === 0, 'the end of the TUI');
		const next = open('codex');
		await next.echoes('[codex] did');
		next.type('\x1c');
		expect(await next.ended, next.text()).toBe(0);
		expect(next.text()).toContain('turn 2 (claude) was cut off');
		expect(home.turns()).toMatchObject([
			{ agent: 'claude', status: 'completed' },
			{ agent: 'claude', status: 'outcome_unknown', tools: [{ name: 'Write' }] },
			{ agent: 'codex', status: 'completed' },
		]);
		const [session = ''] = readdirSync(join(home.cli.repo, '.agent-relay/sessions'));
		const events = join(home.cli.repo, '.agent-relay/sessions', session, 'turns/002-events.jsonl');
		expect(readFileSync(events, 'utf8')).toContain('other.txt');
		const packet = home.startedWith()[1]?.args.at(-1);
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
		expect(home.left()).toEqual([]);
		expect(readdirSync(join(home.cli.repo, '.agent-relay/sessions'))).toEqual([]);
	});

	it('is opened by the name of claude with options of its own, which come before those of the relay', async () => {
		const first = open('--wrap', 'claude', '--', '--add-dir', '..', '--allowedTools', 'Bash(ls)');
		await first.echoes('ready');
		first.type('say hello\r');
		await first.echoes('did say');
		first.type('\x1c');
		expect(await first.ended, first.text()).toBe(0);
		// In the same session, and as one types it.
		const second = open('--wrap', 'claude', '--ide');
		await second.echoes('ready');
		second.type('\x1c');
		expect(await second.ended, second.text()).toBe(0);
		const [one, two] = home.startedWith().map(({ args }) => args);
		expect(one?.slice(0, 3)).toEqual([
			`--add-dir=${home.cli.base}`,
			'--allowed-tools=Bash(ls)',
			'--session-id',
		]);
		expect(two?.slice(0, 3)).toEqual(['--ide', '--resume', one?.[3]]);
		const refused = open('--wrap', 'claude', '--', '--model', 'opus');
		expect(await refused.ended).toBe(64);
		expect(refused.text()).toContain('agent-relay attach claude --model MODEL');
		const unknown = open('claude', '--ide');
		expect(await unknown.ended).toBe(64);
		expect(unknown.text()).toContain('attach --wrap claude -- OPTIONS');
		expect(home.startedWith()).toHaveLength(2);
	});

	it('refuses what has no terminal, and an agent whose TUI it cannot open', async () => {
		const none = await home.cli.run(['attach', 'claude'], { env: home.env });
		expect(none).toMatchObject({ exitCode: 64, stderr: expect.stringContaining('terminal') });
		const program = open('demo-closer');
		expect(await program.ended).toBe(5);
		expect(program.text()).toContain('cannot attach the TUI of demo-closer');
	});
});
