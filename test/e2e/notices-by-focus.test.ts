/** The terminal is told of what happens while it has no focus, in the way that it knows, and tmux passes both on. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProcessTable } from '../../src/core/processes/create-process-table.ts';
import { CliHome, PROGRAM } from '../helpers/cli-home.ts';
import { claudeAnswers } from '../helpers/fake-agent-lines.ts';
import { installFakeAgent } from '../helpers/fake-agents.ts';
import { hasTmux } from '../helpers/open-pair.ts';
import { until } from '../helpers/patience.ts';
import { PtyProgram } from '../helpers/pty-program.ts';

const FOCUS_IN = '\x1b[I';
const FOCUS_OUT = '\x1b[O';
const FOCUS_MODE = 1004;

let cli: CliHome;

beforeEach(() => {
	cli = new CliHome();
	cli.configure('[notify]\nafter_s = 0\n');
	installFakeAgent(cli.bin, 'claude', { turns: [claudeAnswers('first done'), claudeAnswers('second done')] });
});
afterEach(() => cli.remove());

const environment = () => ({ ...cli.env, PATH: `${cli.bin}:${cli.env.PATH}`, ANTHROPIC_API_KEY: 'fake-key' });

describe('a notice', () => {
	it.each([
		['OSC 9', { TERM_PROGRAM: 'iTerm.app' }, /\x1b\]9;claude is done after [^\x07]+\x07/],
		['OSC 777', { VTE_VERSION: '7000' }, /\x1b\]777;notify;agent-relay;claude is done after [^\x07]+\x07/],
		['the bell', {}, /(?<!\x1b\][^\x07]*)\x07/],
	])('is %s, only while the terminal has no focus', async (_, env, notice) => {
		const shell = new PtyProgram(['--agent', 'claude'], { cwd: cli.repo, env: { ...environment(), ...env } });
		await shell.shows('type a task');
		expect(shell.mode(FOCUS_MODE)).toBe(true);
		shell.type(FOCUS_IN);
		shell.type('one\r');
		await shell.shows('first done');
		await shell.shows('claude sonnet-4.5 · ');
		shell.type(`${FOCUS_OUT}two\r`);
		await shell.shows('second done');
		await shell.writes(notice);
		const before = shell.written().slice(0, shell.written().indexOf('second done'));
		expect(before).not.toMatch(notice);
		shell.type('/exit\r');
		expect(await shell.ended).toBe(0);
		expect(shell.mode(FOCUS_MODE)).toBe(false);
	});

	it('is none with notify.terminal = "off", and the focus is not asked for', async () => {
		cli.configure('[notify]\nafter_s = 0\nterminal = "off"\n');
		const shell = new PtyProgram(['--agent', 'claude'], { cwd: cli.repo, env: environment() });
		await shell.shows('type a task');
		shell.type('one\r');
		await shell.shows('claude sonnet-4.5 · ');
		shell.type('/exit\r');
		expect(await shell.ended).toBe(0);
		expect(shell.mode(FOCUS_MODE)).not.toBe(true);
		expect(shell.written()).not.toContain('\x07');
	});
});

describe.skipIf(!hasTmux)('a notice within tmux', () => {
	it('rings in the window of the shell once another one is looked at', async () => {
		const socket = join(cli.base, 'tmux');
		const tmux = (...args: string[]) =>
			execFileSync('tmux', ['-S', socket, '-f', '/dev/null', ...args], {
				env: { ...environment(), TERM: 'xterm-256color' },
				encoding: 'utf8',
			});
		const shell = `'${process.execPath}' '${PROGRAM}' --agent claude`;
		tmux('new-session', '-d', '-x', '100', '-y', '30', '-c', cli.repo, '-n', 'relay', shell);
		const pty = createRequire(import.meta.url)('node-pty');
		tmux('set-option', '-g', 'focus-events', 'on');
		tmux('new-window', '-d', '-n', 'other', 'sleep 1000');
		// Only what an attached terminal shows has the focus.
		const client = pty.spawn('tmux', ['-S', socket, 'attach'], {
			...{ cols: 100, rows: 30, name: 'xterm-256color' },
			env: { ...environment(), TERM: 'xterm-256color' },
		});
		const screen = () => tmux('capture-pane', '-p', '-t', 'relay');
		const shows = (text: string) => until(() => screen().includes(text), text, screen);
		const hasRung = () => tmux('display-message', '-p', '-t', 'relay', '#{window_bell_flag}').trim() === '1';
		try {
			await shows('type a task');
			await until(() => tmux('list-clients') !== '', 'a terminal to be attached');
			const bytes = join(cli.base, 'bytes');
			tmux('pipe-pane', '-t', 'relay', `cat >'${bytes}'`);
			tmux('send-keys', '-t', 'relay', 'one', 'Enter');
			await shows('first done');
			await shows('claude sonnet-4.5 · ');
			const written = () => (existsSync(bytes) ? readFileSync(bytes, 'utf8') : '');
			await until(() => written().includes('first done'), 'the bytes of the pane');
			expect(written()).not.toContain('\x07');
			tmux('select-window', '-t', 'other');
			tmux('send-keys', '-t', 'relay', 'two', 'Enter');
			await shows('second done');
			await until(hasRung, 'the bell of the window', screen);
		} finally {
			client.kill();
			tmux('kill-server');
			const left = () => createProcessTable().withEnvironment({ HOME: cli.home });
			await until(() => left().length === 0, 'the shell to be gone');
		}
	});
});
