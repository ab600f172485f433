import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command as Program } from 'commander';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../../src/cli/argv/program.ts';
import { completionModel, offered } from '../../../src/cli/completion/completion-model.ts';
import type { Command } from '../../../src/commands/command.ts';
import { partsOf } from '../../../src/commands/options/option-table.ts';
import { COMMANDS } from '../../../src/commands/registry.ts';
import { slashCommand } from '../../../src/shell/slash/commands/from-command.ts';
import { SLASH_COMMANDS } from '../../../src/shell/slash/registry.ts';
import { fakeSlashContext } from '../../helpers/fake-slash-context.ts';

const textOf = (path: string) => readFileSync(resolve(import.meta.dirname, '../../..', path), 'utf8');
const rows = (path: string) =>
	textOf(path)
		.split('\n')
		.filter((line) => line.startsWith('| '));

const all: readonly Command[] = Object.values(COMMANDS);
const named = (commands: readonly Command[]) => commands.map((command) => [command.path, command] as const);
const ofCli = named(all.filter((command) => command.in.includes('cli')));
const ofShell = named(all.filter((command) => command.in.includes('shell')));

const everySlashCommand = SLASH_COMMANDS.flatMap((slash) => [slash, ...(slash.members ?? [])]);

const NEEDS_A_RACE = ['race show', 'race open', 'race diff', 'race adopt', 'race resume', 'race clean'];

/** What edits a file and prints what it did, what is for a terminal or a client alone, and what is text already. */
const WITHOUT_DATA = [
	'config set',
	'config allow',
	'config disallow',
	'config unset',
	'config edit',
	'shell',
	'resume',
	'mcp',
	'hook',
	'demo',
	'completion',
	'help',
];

/** The README shows it without its name, or not at all. */
const WITHOUT_ROW = ['shell', 'help', 'hook'];

interface Call {
	command: Command;
	options: Record<string, unknown>;
}

function programWith(calls: Call[]): Program {
	return createProgram(
		async (command, options) => {
			calls.push({ command, options });
			return 0;
		},
		() => undefined,
	);
}

function declaredAt(path: string): Program | undefined {
	return path
		.split(' ')
		.reduce<Program | undefined>(
			(parent, word) => parent?.commands.find((sub) => sub.name() === word),
			programWith([]),
		);
}

/** The path of the command that a line calls; the shell is open to what names none. */
const longestPathOf = (line: string) =>
	ofCli
		.map(([path]) => path)
		.filter((path) => `${line} `.startsWith(`${path} `))
		.sort((a, b) => b.length - a.length)[0] ?? 'shell';

/** Words as a shell would split them, as far as our examples go. */
const wordsOf = (line: string) =>
	[...line.replace(/ >>?.*$/, '').matchAll(/(?:"[^"]*"|\S)+/g)].map(([word]) => word.replaceAll('"', ''));

describe('every command', () => {
	it('has a front end, and no path twice in one', () => {
		expect(all.filter((command) => command.in.length === 0)).toEqual([]);
		for (const commands of [ofCli, ofShell]) {
			const paths = commands.map(([path]) => path);
			expect(new Set(paths).size).toBe(paths.length);
		}
	});

	it.each(named(all))('%s has an example of its own, and says what each option is', (path, command) => {
		expect(command.examples.some((line) => line.startsWith(path))).toBe(true);
		for (const { about } of command.options.values()) expect(about).toMatch(/^\S.*[^.]$/);
	});
});

describe('on the command line', () => {
	it.each(ofCli)('%s has help with examples that parse and call it', async (path, command) => {
		const help = declaredAt(path);
		expect(help?.description()).toBe(command.about);
		for (const line of command.examples) {
			const calls: Call[] = [];
			await programWith(calls).parseAsync(wordsOf(line), { from: 'user' });
			expect(calls).toHaveLength(1);
			expect(calls[0]?.command.path).toBe(longestPathOf(line));
		}
	});

	it.each(ofCli)('%s is given each option under the name of its table', (path, command) => {
		const declared = declaredAt(path);
		const known = [
			...(declared?.options.map((option) => option.attributeName()) ?? []),
			...(declared?.registeredArguments.map((argument) => argument.name()) ?? []),
		];
		const own = [...command.options].filter(([, option]) => option.only !== 'shell');
		expect(known.sort()).toEqual(own.map(([name]) => name).sort());
	});

	it.each(ofCli)('%s can be completed, by the kinds of its table', (path, command) => {
		const entry = completionModel(programWith([])).find(({ where }) => where === path);
		for (const option of command.options.values()) {
			const { long } = partsOf(option);
			if (long === null) continue;
			const found = entry?.options.find(({ flags }) => flags.includes(long));
			expect(found?.value).toEqual(option.kind && offered(option.kind));
		}
		const [operand] = [...command.options.values()].filter((option) => partsOf(option).long === null);
		if (path === 'help') expect(entry?.operand).toMatchObject({ words: expect.arrayContaining(['run']) });
		else expect(entry?.operand).toEqual(offered(operand?.kind ?? 'none'));
	});

	it.each(ofCli)('%s has --json where it lists or shows', (path, command) => {
		expect(command.options.has('json')).toBe(!WITHOUT_DATA.includes(path));
	});

	it.each(ofCli.filter(([path]) => !WITHOUT_ROW.includes(path)))('%s has a row in the README', (path) => {
		const words = path.split(' ');
		const [first = '', last = first] = [words[0], words.at(-1)];
		const names = rows('README.md').map((row) => row.split(' | ')[0] ?? '');
		const isNamed = (cell: string) =>
			new RegExp(`\`${first}\\b`).test(cell) && new RegExp(`(?:\`|\`${first} )${last}\\b`).test(cell);
		expect(names.filter(isNamed)).not.toEqual([]);
	});
});

describe('in the shell', () => {
	it.each(ofShell)(
		'%s is there by its table, with a completion and a row in docs/shell.md',
		async (_path, command) => {
			const slash = slashCommand(command);
			const found = everySlashCommand.find(({ name }) => name === slash.name);
			expect(found).toMatchObject({ usage: slash.usage, summary: slash.summary, example: slash.example });
			expect(Array.isArray(await found?.complete(fakeSlashContext().context, ''))).toBe(true);
			expect(
				rows('docs/shell.md').some((row) => row.startsWith(`| \`/${slash.usage.replaceAll('|', '\\|')}\` |`)),
			).toBe(true);
		},
	);

	it.each(ofShell)('%s answers its example', async (path, command) => {
		const { context, printed, relay } = fakeSlashContext();
		const send = () =>
			relay.send('say hello', { signal: new AbortController().signal, onEvent: () => undefined });
		await send();
		await send();
		const slash = slashCommand(command);
		const answered = slash.run(context, slash.example.slice(slash.name.length + 1).trim());
		if (['chat', 'handoff', 'fork'].includes(path))
			return expect(answered).rejects.toMatchObject({ message: 'this test has no place for conversations' });
		if (['search', 'conversation'].includes(path))
			return expect(answered).rejects.toMatchObject({ message: 'this test has no index' });
		if (path === 'attach')
			return expect(answered).rejects.toMatchObject({
				message: 'A TUI is attached to a terminal, and this is none.',
			});
		if (['blame', 'undo', 'redo'].includes(path))
			return expect(answered).rejects.toMatchObject({ message: 'this test has no git' });
		if (['ws summarize', 'ws summaries'].includes(path))
			return expect(answered).rejects.toMatchObject({ message: 'this test has no hints' });
		if (path.startsWith('runner ') && !['runner list', 'runner create'].includes(path))
			return expect(answered).rejects.toMatchObject({
				message: 'There is no runner api. There are none yet.',
			});
		if (path === 'runner create')
			return expect(answered).rejects.toMatchObject({ message: 'There is no folder /nowhere/repo.' });
		if (path === 'ws import')
			return expect(answered).rejects.toMatchObject({
				message: 'There is no WORKSTREAMS.md in /nowhere/notes.',
			});
		if (path === 'export')
			return expect(answered).rejects.toMatchObject({
				message: 'There is no folder /nowhere/repo to write the export to.',
			});
		const ofSession = [
			'ws status',
			'ws show',
			'ws new',
			'ws save',
			'ws switch',
			'ws park',
			'ws complete',
			'ws delete',
			'ws backfill',
		];
		if (['diff', 'show', 'output', 'packet', ...ofSession].includes(path))
			return expect(answered).rejects.toMatchObject({ message: 'this test opens no session' });
		if (path === 'race') return expect(answered).rejects.toMatchObject({ message: 'this test has no race' });
		if (path === 'name create' || path === 'name rebind')
			return expect(answered).rejects.toMatchObject({
				message: '/nowhere/repo is not a folder that is there.',
			});
		if (NEEDS_A_RACE.includes(path))
			return expect(answered).rejects.toMatchObject({ message: 'No race is recorded here.' });
		await answered;
		expect(printed).not.toEqual([]);
	});
});
