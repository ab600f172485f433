import { describe, expect, it } from 'vitest';
import type { PtyShell } from '../helpers/pty-shell.ts';
import { useShells } from '../helpers/shells.ts';

const { start } = useShells();

const lastRow = (shell: PtyShell) => shell.screen.lines().at(-1) ?? '';

describe('keys of a terminal', () => {
	it('makes a new line of every key that says so, and sends nothing', async () => {
		const shell = await start();
		// A line feed that is read right at the start was typed before the terminal was the shell's, as Enter.
		for (const text of ['x', 'xy', 'xyz']) {
			shell.type(text.slice(-1));
			await shell.until(`› ${text}`);
		}
		shell.type('\x15');
		const ways = ['\x1b\r', '\x1b[13;2u', '\x1b[13;130u', '\x1b[57414;2u', '\x1b[27;2;13~', '\n', '\\\r\n'];
		shell.type(ways.map((keys, i) => `${i}${keys}`).join('\x05'));
		await shell.until(/\n {9}6/);
		expect(shell.prompts()).toEqual([]);
		shell.type('end\r');
		await shell.until('You said');
		expect(shell.prompts()).toEqual(['0\n1\n2\n3\n4\n5\n6\nend']);
	});

	it('asks the terminal to report keys, and takes that back when it is left, suspended or killed', async () => {
		const shell = await start({ inBash: true });
		expect(shell.screen.keyReports).toEqual(['\x1b[>5u']);
		expect(shell.screen.modifiedKeys).toBe('4;1');
		shell.type('\x1b[122;5u');
		await shell.until('Stopped');
		expect(shell.screen.keyReports).toEqual([]);
		expect(shell.screen.modifiedKeys).toBe(null);
		shell.type('fg\r');
		await shell.until(() => shell.screen.keyReports.length === 1, 'the modes after fg');
		shell.type('\x1b[100;5u');
		await shell.until(() => shell.screen.keyReports.length === 0, 'the modes taken back');

		const killed = await start();
		killed.signal('SIGTERM');
		expect(await killed.exited()).toBe(143);
		expect(killed.screen.keyReports).toEqual([]);
		expect(killed.screen.modifiedKeys).toBe(null);
	});

	it('takes a key that is let go for no second press', async () => {
		const shell = await start();
		shell.type('abcd\x1b[127;1:1u\x1b[127;1:3u\r');
		await shell.until(/You said "abc"[\s\S]*claude · 12 s[\s\S]*claude ›$/);
		shell.type('\x1b[99;5:1u\x1b[99;5:3u');
		await shell.hinted('Ctrl+C again to exit');
		shell.type('still here\r');
		await shell.until('You said "still here"');
	});

	it('takes a paste without brackets for one prompt, and sends it on Enter', async () => {
		const shell = await start();
		shell.type('first line\rsecond line\rthird line');
		await shell.until('third line');
		expect(shell.prompts()).toEqual([]);
		await new Promise((wake) => setTimeout(wake, 150));
		shell.type('\r');
		await shell.until('You said');
		expect(shell.prompts()).toEqual(['first line\nsecond line\nthird line']);
	});

	it('obeys keys again after a paste that never ends', async () => {
		const shell = await start();
		shell.type('\x1b[200~half a paste');
		await shell.until('› half a paste');
		shell.type('\x03');
		await shell.hinted('brings the line back');
		await shell.ready();
		expect(await shell.leaveByCtrlC()).toBe(0);
	});
});

describe('menus below the line', () => {
	it('run a command, take a file, and leave nothing behind', async () => {
		const shell = await start({ env: { FAKE_FILES: 'src/slug.js\ndocs/slugs.md\nsrc/other.js' } });
		shell.type('/lim');
		await shell.until(/› \/limits .*\n {2}1 of \d+ · type to filter/);
		shell.type('\r');
		await shell.until('No agent is limited');
		shell.type('look at @sl');
		await shell.until(/› src\/slug\.js\n {2}docs\/slugs\.md\n {2}2 of 5 files and folders/);
		shell.type('\t');
		await shell.until(/claude › look at @src\/slug\.js *$/);
		shell.type('\r');
		await shell.until('You said');
		expect(shell.prompts()).toEqual(['look at @src/slug.js ']);
		expect(shell.screen.text()).not.toContain('files and folders');
	});

	it('show the keys, and close on Esc', async () => {
		const shell = await start();
		shell.type('?');
		await shell.until('all keys: /help keys');
		shell.type('\x1b[27u');
		await shell.ready();
		expect(shell.screen.text()).not.toContain('all keys');
	});
});

describe('a word that other programs take for a command', () => {
	it.each([
		['exit', 'leaves the shell', '/exit'],
		['Quit ', 'leaves the shell', '/exit'],
		['help', 'shows the help', '/help'],
	])('is not sent: %s', async (word, does, command) => {
		const shell = await start();
		shell.type(`${word}\r`);
		await shell.until(`Enter ${does}.`);
		await shell.until(`claude › ${command}`);
		expect(shell.prompts()).toEqual([]);
		shell.type('\x15 exit\r');
		await shell.until('You said');
		expect(shell.prompts()).toEqual([' exit']);
	});
});

describe('what Ctrl+C takes', () => {
	it.each([
		['Up', '\x1b[A'],
		['Ctrl+Y', '\x19'],
		['Ctrl+_', '\x1f'],
	])('comes back with %s', async (_, key) => {
		const shell = await start();
		shell.type('two hours of planning\x1b\rin two lines');
		await shell.until('in two lines');
		shell.type('\x03');
		await shell.hinted('brings the line back');
		shell.type(key);
		await shell.until(/› two hours of planning\n +in two lines$/);
		shell.type('\r');
		await shell.until('You said');
		expect(shell.prompts()).toEqual(['two hours of planning\nin two lines']);
	});

	it('is not what an earlier, quick one kept', async () => {
		const shell = await start();
		shell.type('slow 60\r');
		await shell.until('...');
		shell.type('a long draft');
		await shell.until('a long draft');
		shell.type('\x03');
		await shell.until('interrupted');
		shell.type('\x03\x1f');
		shell.type('!');
		await shell.until('› a long draft!');
	});

	it('gives queued prompts back to an empty line as one', async () => {
		const shell = await start();
		shell.type('slow 60\r');
		await shell.until('...');
		shell.enter('say one', 'say two');
		await shell.until('2 queued');
		shell.type('\x03');
		await shell.until('2 queued prompts are back on the line.');
		await shell.until(/› say one\n\n +say two$/);
		expect(shell.prompts()).toEqual(['slow 60']);
		expect(lastRow(shell)).toContain('say two');
	});

	it('keeps them for Up where a command waits among them', async () => {
		const shell = await start();
		shell.type('slow 60\r');
		await shell.until('...');
		shell.enter('say one', '/use codex');
		await shell.until('2 queued');
		shell.type('\x03');
		await shell.until('2 queued prompts were not begun; Up brings them back:');
		shell.type('\x1b[A\x1b[A');
		await shell.until('claude › say one');
	});
});
