import { describe, expect, it } from 'vitest';
import type { MenuItem } from '../../../../src/shell/menu/menu.ts';
import { editBench } from '../../../helpers/edit-bench.ts';

const COMMANDS: readonly MenuItem[] = [
	{ value: '/use', about: 'hand over' },
	{ value: '/queue', about: 'prompts that wait', now: '1' },
	{ value: '/resume', about: 'continue another session' },
	{ value: '/retry', about: 'send the last prompt again' },
	{ value: '/note', about: 'a note for every packet', needsWords: true },
	{ value: '/exit', about: 'leave', also: ['/quit', '/q'] },
];
const FILES = ['docs/', 'docs/slugs.md', 'src/', 'src/slug.js', 'test/', 'test/slug.test.js'];

const UP = '\x1b[A';
const DOWN = '\x1b[B';
const ESC = '\x1b[27u';

function bench(keys: readonly string[], parts: Parameters<typeof editBench>[0] = {}) {
	const edit = editBench({ commands: COMMANDS, files: FILES, ...parts });
	for (const key of keys) edit.type(key);
	const rows = edit.screen().slice(edit.editor.text.split('\n').length);
	const chosen = rows.find((row) => row.startsWith('›'))?.split(/\s+/)[1];
	return { ...edit, rows, chosen, names: rows.slice(0, -1).map((row) => row.slice(2).split(/\s+/)[0]) };
}

describe('the menu of commands', () => {
	it('opens with / and filters, names that begin with what is typed first', () => {
		expect(bench(['/']).names).toEqual(['/use', '/queue', '/resume', '/retry', '/note', '/exit']);
		expect(bench(['/', 'r', 'e']).names).toEqual(['/resume', '/retry']);
		expect(bench(['/re']).names).toEqual(['/resume', '/retry']);
		expect(bench(['/t']).names).toEqual(['/retry', '/note', '/exit']);
		expect(bench(['/rs']).names).toEqual(['/resume']);
		expect(bench(['/zz']).rows).toEqual([]);
	});

	it('opens for the first word alone', () => {
		for (const keys of ['a /us', '/use ', '//us', ' /us', '/src/us', '/use\x1b\rx'])
			expect(bench([keys]).rows, keys).toEqual([]);
	});

	it('runs the chosen row on Enter', () => {
		expect(bench(['/re', '\r']).effects).toEqual([{ type: 'submit', prompt: '/resume', typed: '/resume' }]);
		expect(bench(['/re', DOWN, '\r']).effects).toMatchObject([{ typed: '/retry' }]);
		expect(bench(['/re', UP, '\r']).effects).toMatchObject([{ typed: '/retry' }]);
		expect(bench(['/exit\r']).effects).toMatchObject([{ typed: '/exit' }]);
	});

	it('runs another name of a command as typed', () => {
		expect(bench(['/q']).names).toEqual(['/exit']);
		expect(bench(['/q\r']).effects).toMatchObject([{ typed: '/exit' }]);
	});

	it('takes into the line what needs words, and what was only guessed', () => {
		const needy = bench(['/no', '\r']);
		expect([needy.editor.text, needy.effects]).toEqual(['/note ', []]);
		const guessed = bench(['/rs', '\r']);
		expect([guessed.editor.text, guessed.effects]).toEqual(['/resume ', []]);
		expect(bench(['/rs', DOWN, '\r']).effects).toMatchObject([{ typed: '/resume' }]);
	});

	it('leaves what no command is called to the shell', () => {
		expect(bench(['/zz', '\r']).effects).toMatchObject([{ typed: '/zz' }]);
		expect(bench(['/note', '\r']).effects).toMatchObject([{ typed: '/note' }]);
	});

	it('completes on Tab', () => {
		expect(bench(['/q', 'u', '\t']).editor.text).toBe('/queue ');
		expect(bench(['/', DOWN, DOWN, '\t']).editor.text).toBe('/resume ');
	});

	it('closes on Esc until another word begins', () => {
		expect(bench(['/r', ESC]).rows).toEqual([]);
		expect(bench(['/r', ESC, 'e', 't']).rows).toEqual([]);
		expect(bench(['/r', ESC, '\r']).effects).toMatchObject([{ typed: '/r' }]);
	});

	it('does not open for what comes from the history, or from a paste', () => {
		const recalled = bench([UP, UP], { history: ['first', '/resume'] });
		expect([recalled.editor.text, recalled.rows]).toEqual(['first', []]);
		expect(bench(['\x1b[200~/re\x1b[201~']).rows).toEqual([]);
	});

	it('follows what is deleted', () => {
		expect(bench(['/ret', '\x7f']).names).toEqual(['/resume', '/retry']);
		expect(bench(['/', '\x7f']).rows).toEqual([]);
	});

	it('closes when the line is cleared, or borrowed', () => {
		const edit = bench(['/re']);
		edit.editor.setText('');
		expect(edit.screen()).toHaveLength(1);
		const borrowed = bench(['/re']);
		borrowed.editor.borrow('');
		borrowed.type('/re');
		expect(borrowed.screen()).toHaveLength(1);
	});
});

describe('the menu of files', () => {
	it('opens in a word that begins with @', () => {
		expect(bench(['look at @sl']).names).toEqual(['src/slug.js', 'docs/slugs.md', 'test/slug.test.js']);
		expect(bench(['@']).names.slice(0, 3)).toEqual(['docs/', 'src/', 'test/']);
		expect(bench(['me@sl']).rows).toEqual([]);
	});

	it('takes the chosen one on Tab, and stays open in a folder', () => {
		expect(bench(['see @sl', '\t']).editor.text).toBe('see @src/slug.js ');
		const folder = bench(['see @src', '\t']);
		expect([folder.editor.text, folder.names]).toEqual(['see @src/', ['src/', 'src/slug.js']]);
	});

	it('sends on Enter what is typed, and takes what was chosen by hand', () => {
		expect(bench(['see @sl', '\r']).effects).toMatchObject([{ typed: 'see @sl' }]);
		expect(bench(['see @sl', DOWN, '\r']).editor.text).toBe('see @docs/slugs.md ');
	});

	it('opens when the files arrive, unless another word is typed by then', () => {
		const late = bench(['see @sl'], { files: [] });
		expect(late.screen()).toHaveLength(1);
		late.setFiles(FILES);
		expect(late.screen()[1]).toBe('› src/slug.js');
		const gone = bench(['see @sl', ' now'], { files: [] });
		gone.setFiles(FILES);
		expect(gone.screen()).toHaveLength(1);
	});
});

describe('the keys', () => {
	it('are shown by ? on an empty line, and closed by Esc or another key', () => {
		expect(bench(['?']).rows.join('\n')).toContain('Shift+Enter');
		const closed = bench(['?', ESC]);
		expect([closed.editor.text, closed.rows]).toEqual(['', []]);
		const typed = bench(['?', 'x']);
		expect([typed.editor.text, typed.rows]).toEqual(['x', []]);
	});

	it('are a letter elsewhere, and when pressed twice', () => {
		expect(bench(['why', '?']).editor.text).toBe('why?');
		expect(bench(['?', '?']).editor.text).toBe('?');
		expect(bench(['\x1b[200~?\x1b[201~']).editor.text).toBe('?');
	});
});
