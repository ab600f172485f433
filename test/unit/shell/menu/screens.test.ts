import { describe, expect, it } from 'vitest';
import { commandItems } from '../../../../src/shell/menu/command-items.ts';
import type { MenuItem } from '../../../../src/shell/menu/menu.ts';
import { asciiRow } from '../../../../src/ui/ascii.ts';
import { columnsOf } from '../../../../src/ui/text-width.ts';
import { editBench, SIZES } from '../../../helpers/edit-bench.ts';
import { fakeSlashContext } from '../../../helpers/fake-slash-context.ts';

const COMMANDS: readonly MenuItem[] = [
	{ value: '/use', about: 'hand over to another agent, with what was done so far', now: 'claude' },
	{ value: '/permissions', about: 'what agents may do from the next turn on', now: 'edit' },
	{ value: '/diff', about: 'what a turn changed, or the whole session' },
	{ value: '/output', about: "all of a command's output" },
	{ value: '/undo', about: 'put back what a turn changed' },
	{ value: '/limits', about: 'limited agents, until when, and why' },
	{ value: '/resume', about: 'continue another session of this repo', now: '12 here' },
	{ value: '/queue', about: 'prompts that wait', now: '1' },
	{ value: '/retry', about: 'send the last prompt again' },
	{ value: '/note', about: 'add a note that every later agent gets with its packet' },
];
const FILES = [
	'docs/',
	'docs/slugs.md',
	'src/',
	'src/slug.js',
	'src/a/rather/long/path/of/folders/to/a/slugifier.js',
	'test/',
	'test/slug.test.js',
	'日本/',
	'日本/slug.md',
];

const at = (size: (typeof SIZES)[number], keys: string) => {
	const edit = editBench({ ...size, commands: COMMANDS, files: FILES });
	edit.type(keys);
	const rows = edit.screen();
	for (const row of rows) expect(columnsOf(row), row).toBeLessThan(size.columns);
	return `\n${rows.join('\n')}\n`;
};
const [LARGE, MIDDLE, SMALL] = SIZES;

describe('what stands below the edit line', () => {
	it('is a menu of commands', () => {
		expect(at(LARGE, '/')).toMatchInlineSnapshot(`
			"
			claude › /
			› /use          hand over to another agent, with what was done so far · claude
			  /permissions  what agents may do from the next turn on · edit
			  /diff         what a turn changed, or the whole session
			  /output       all of a command's output
			  /undo         put back what a turn changed
			  /limits       limited agents, until when, and why
			  /resume       continue another session of this repo · 12 here
			  /queue        prompts that wait · 1
			  8 of 10 · type to filter · Enter runs · Tab completes · Esc closes
			"
		`);
		expect(at(LARGE, '/re')).toMatchInlineSnapshot(`
			"
			claude › /re
			› /resume  continue another session of this repo · 12 here
			  /retry   send the last prompt again
			  2 of 10 · type to filter · Enter runs · Tab completes · Esc closes
			"
		`);
		expect(at(MIDDLE, '/')).toMatchInlineSnapshot(`
			"
			claude › /
			› /use          hand over to another agent, with what was done so far · claude
			  /permissions  what agents may do from the next turn on · edit
			  /diff         what a turn changed, or the whole session
			  /output       all of a command's output
			  /undo         put back what a turn changed
			  /limits       limited agents, until when, and why
			  /resume       continue another session of this repo · 12 here
			  /queue        prompts that wait · 1
			  8 of 10 · type to filter · Enter runs · Tab completes · Esc closes
			"
		`);
		expect(at(SMALL, '/')).toMatchInlineSnapshot(`
			"
			claude › /
			› /use          hand over to another a…
			  /permissions
			  /diff
			  /output
			  /undo
			  5 of 10 · Tab completes · Esc closes
			"
		`);
	});

	it('is a menu of files', () => {
		expect(at(LARGE, 'look at @sl')).toMatchInlineSnapshot(`
			"
			claude › look at @sl
			› 日本/slug.md
			  src/slug.js
			  docs/slugs.md
			  test/slug.test.js
			  src/a/rather/long/path/of/folders/to/a/slugifier.js
			  5 of 9 files and folders · Tab takes · Esc closes
			"
		`);
		expect(at(MIDDLE, 'look at @sl')).toMatchInlineSnapshot(`
			"
			claude › look at @sl
			› 日本/slug.md
			  src/slug.js
			  docs/slugs.md
			  test/slug.test.js
			  src/a/rather/long/path/of/folders/to/a/slugifier.js
			  5 of 9 files and folders · Tab takes · Esc closes
			"
		`);
		expect(at(SMALL, 'look at @sl')).toMatchInlineSnapshot(`
			"
			claude › look at @sl
			› 日本/slug.md
			  src/slug.js
			  docs/slugs.md
			  test/slug.test.js
			  src/…/of/folders/to/a/slugifier.js
			  5 of 9 · Tab takes · Esc closes
			"
		`);
	});

	it('is the keys', () => {
		expect(at(LARGE, '?')).toMatchInlineSnapshot(`
			"
			claude › 
			  Write                          While an agent works           Look
			  Enter        send              Ctrl+C     stop the turn       Ctrl+O   all of the last output
			  Shift+Enter  new line          Enter      queue a prompt      Ctrl+R   search earlier prompts
			  @            a file            Up         take it back        /limits  who is limited
			  !            a shell command   y s a n t  answer a question   /help X  a command in full
			  Esc closes · all keys: /help keys
			"
		`);
		expect(at(MIDDLE, '?')).toMatchInlineSnapshot(`
			"
			claude › 
			  Write                          While an agent works
			  Enter        send              Ctrl+C     stop the turn, again: kill it
			  Shift+Enter  new line          Enter      queue a prompt, Up takes it back
			  @            a file            y s a n t  answer a question
			  !            a shell command   Ctrl+O     all of the last output
			  Esc closes · all keys: /help keys
			"
		`);
		expect(at(SMALL, '?')).toMatchInlineSnapshot(`
			"
			claude › 
			  Enter        send
			  Shift+Enter  new line
			  @  !         a file, a shell command
			  Ctrl+C       stop the turn
			  Up           edit a queued prompt
			  y s a n t    answer a question
			  Esc closes · all keys: /help keys
			"
		`);
	});

	it('keeps its width in ASCII', () => {
		const rows = at(SMALL, '/')
			.split('\n')
			.map((row) => asciiRow(row, SMALL.columns - 1));
		expect(rows.join('\n')).toMatchInlineSnapshot(`
			"
			claude > /
			> /use          hand over to another...
			  /permissions
			  /diff
			  /output
			  /undo
			  5 of 10 | Tab completes | Esc closes
			"
		`);
	});

	it('fits with the commands as they are', () => {
		const commands = commandItems(fakeSlashContext().context);
		for (const size of SIZES) {
			const edit = editBench({ ...size, commands });
			edit.type('/');
			for (const row of edit.screen()) expect(columnsOf(row)).toBeLessThan(size.columns);
			expect(edit.screen().length).toBeLessThanOrEqual(Math.min(8, size.rows / 3) + 2);
		}
		expect(commands[0]).toMatchObject({ value: '/use', now: 'claude' });
		expect(commands.find(({ value }) => value === '/permissions')?.now).toBe('edit');
		expect(commands.filter(({ needsWords }) => needsWords).map(({ value }) => value)).toEqual(
			expect.arrayContaining(['/note', '/chat', '/race', '/say']),
		);
	});
});
