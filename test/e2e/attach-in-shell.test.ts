/** `/attach`: the shell gives its terminal to a fake TUI, and takes it back with its edit line drawn again. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../helpers/patience.ts';
import type { PtyProgram } from '../helpers/pty-program.ts';
import { isSane, TuiHome } from '../helpers/tui-home.ts';

let home: TuiHome;
beforeEach(() => {
	home = new TuiHome();
});
afterEach(() => home.remove());

/** Of the fake TUI; bracketed paste is the shell's, too. */
const OF_THE_TUI = [1049, 1000, 1006];

async function backInShell(program: PtyProgram, agent: string): Promise<void> {
	// The status row is drawn below the edit line, so it is there, too.
	const isDrawn = () => new RegExp(`^${agent} ›.*\\n+.*\\bedit\\b`, 'm').test(program.screen());
	await until(isDrawn, `the edit line of ${agent}`, () => program.screen());
	expect(OF_THE_TUI.filter((mode) => program.mode(mode) === true)).toEqual([]);
	expect([program.mode(25), program.mode(2004)]).toEqual([true, true]);
}

describe('/attach', { timeout: 120_000 }, () => {
	it('opens the TUI inside the session of the shell, whose next words go to the agent that worked there', async () => {
		const program = home.open([]);
		await program.shows('type a task');
		program.type('/attach claude\r');
		await program.echoes('[claude] ready 100x40');
		program.type('write made.txt\r');
		await program.echoes('did write');
		program.type('\x1c');
		await program.shows('Back from claude: 1 turn, 1 file changed');
		await backInShell(program, 'claude');
		program.type('/files\r');
		await program.shows('made.txt');
		program.type('/attach codex\r');
		await program.echoes('[codex] did');
		await until(() => home.turns()[1]?.status === 'completed', 'the turn of codex');
		program.type('exit\r');
		await program.shows('Back from codex: 1 turn');
		await backInShell(program, 'codex');
		// Nobody is named: the agent that worked last goes on.
		program.type('/attach\r');
		await program.times('[codex] ready', 2);
		program.type('\x1c');
		await program.shows('Back from codex: nothing was said');
		await backInShell(program, 'codex');
		program.type('/exit\r');
		expect(await program.ended, program.text()).toBe(0);
		expect(isSane(program)).toBe(true);
		const [first, second, ...more] = home.turns();
		expect(more).toEqual([]);
		expect(first).toMatchObject({ agent: 'claude', files: [{ path: 'made.txt', change: 'added' }] });
		expect(second).toMatchObject({ agent: 'codex', session_id: first?.session_id });
		expect(home.startedWith()[1]?.args.at(-1)).toContain('write made.txt');
		expect(home.left()).toEqual([]);
	});

	it('asks at the return from a limit who takes over, and lends the terminal again', async () => {
		const program = home.open([]);
		await program.shows('type a task');
		program.type('/attach claude\r');
		await program.echoes('[claude] ready');
		program.type('limit\r');
		await program.echoes('limit reached');
		// Words that wait in the TUI's own terminal are not the shell's.
		await until(() => home.turns()[0]?.status === 'limited', 'the limit on record');
		program.type('\x1c');
		await program.shows('Who takes over?');
		program.type('\x1b[B\r');
		await program.echoes('[codex] did');
		await until(() => home.turns()[1]?.status === 'completed', 'the turn of codex');
		program.type('\x1c');
		await program.shows('Back from codex: 1 turn');
		await backInShell(program, 'codex');
		program.type('/exit\r');
		expect(await program.ended, program.text()).toBe(0);
		expect(home.turns().map(({ agent, status }) => `${agent} ${status}`)).toEqual([
			'claude limited',
			'codex completed',
		]);
	});

	it('is stopped with the TUI, woken with it, and stopped as the shell again afterwards', async () => {
		const script =
			'set -m; "$0" "$@"; echo "stopped $?"; fg >/dev/null; echo "again $?"; fg >/dev/null; echo "over $?"';
		const program = home.open([], { script });
		await program.shows('type a task');
		program.type('/attach claude\r');
		await program.echoes('[claude] ready');
		program.type('stop\r');
		await program.shows('stopped 1');
		await program.echoes('continued');
		program.type('say it\r');
		await program.echoes('did say');
		program.type('\x1c');
		await program.shows('Back from claude: 1 turn');
		await backInShell(program, 'claude');
		program.type('\x1a');
		await program.shows('again 1');
		await backInShell(program, 'claude');
		program.type('/exit\r');
		await program.shows('over 0');
		expect(isSane(program)).toBe(true);
	});

	it('takes the terminal back from a TUI that was killed, and ends it when the shell is told to end', async () => {
		const program = home.open([]);
		await program.shows('type a task');
		program.type('/attach claude\r');
		await program.echoes('[claude] ready');
		const isTui = ({ command }: { command: string }) => command.includes('fake-tui');
		const tui = await until(() => home.left().find(isTui), 'the TUI');
		process.kill(tui.pid, 'SIGKILL');
		await program.shows('Back from claude: nothing was said');
		await backInShell(program, 'claude');
		program.type('/attach codex\r');
		await program.echoes('[codex] ready');
		program.kill('SIGTERM');
		expect(await program.ended, program.text()).toBe(143);
		expect(isSane(program)).toBe(true);
		expect(home.left()).toEqual([]);
	});

	it('refuses where the shell has no terminal, and an agent whose TUI it cannot open', async () => {
		const piped = await home.cli.run([], { env: home.env, input: '/attach claude\n' });
		expect(piped).toMatchObject({ exitCode: 64 });
		expect(piped.stdout + piped.stderr).toContain('A TUI is attached to a terminal');
		const program = home.open([]);
		await program.shows('type a task');
		program.type('/attach demo-closer\r');
		await program.shows('Let it work here: /use demo-closer');
		program.type('/exit\r');
		expect(await program.ended).toBe(0);
	});
});
