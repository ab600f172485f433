import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../../../src/cli/argv/program.ts';
import { completionModel } from '../../../../src/cli/completion/completion-model.ts';

interface Call {
	name: string;
	options: Record<string, unknown>;
}

function programWith(calls: Call[] = [], said: string[] = []): Command {
	return createProgram(
		async ({ path }, options) => {
			calls.push({ name: path.replaceAll(' ', '-'), options });
			return 0;
		},
		(text) => void said.push(text),
	);
}

function commandsOf(command: Command): Command[] {
	return command.commands.flatMap((sub) => [sub, ...commandsOf(sub)]);
}

function pathOf(command: Command): string {
	return command.parent === null ? '' : `${pathOf(command.parent)} ${command.name()}`.trim();
}

function helpOf(command: Command): string {
	let text = '';
	command.configureOutput({
		writeOut: (part) => {
			text += part;
		},
	});
	command.outputHelp();
	return text;
}

const examplesIn = (help: string) =>
	[...help.matchAll(/^ {2}\$ agent-relay ?(.*)$/gm)].map(([, line = '']) => line);

/** Words as a shell would split them, as far as our examples go: double quotes, also within a word, and a redirection. */
const wordsOf = (line: string) =>
	[...line.replace(/ >>?.*$/, '').matchAll(/(?:"[^"]*"|\S)+/g)].map(([word]) => word.replaceAll('"', ''));

const all = commandsOf(programWith()).map((command) => [pathOf(command), command] as const);

describe('every command', () => {
	it.each(all)('%s says in its help what it does', (_path, command) => {
		expect(command.description()).toMatch(/^\S.{8,}/);
		expect(helpOf(command)).toContain(command.description().slice(0, 30));
	});

	it.each(all)('%s has an example that it understands itself', async (path, command) => {
		const examples = examplesIn(helpOf(command));
		expect(examples).not.toEqual([]);
		for (const line of examples) {
			const calls: Call[] = [];
			await programWith(calls).parseAsync(wordsOf(line), { from: 'user' });
			expect(calls).toHaveLength(1);
		}
		expect(examples.some((line) => line.startsWith(path) || path === 'shell')).toBe(true);
	});

	it.each(all)('%s can be completed, with all of its options', (path, command) => {
		const model = completionModel(programWith());
		const entry = model.find(({ where }) => where === path);
		const flags = entry?.options.flatMap((option) => option.flags) ?? [];
		expect(flags).toEqual(expect.arrayContaining(command.options.map(({ long }) => long)));
		const above = model.find(({ where }) => where === path.split(' ').slice(0, -1).join(' '));
		expect(above?.subcommands.map(({ name }) => name)).toContain(command.name());
	});

	it.each(all)(
		'%s declares values of kinds that completion knows, or says that nothing is offered',
		(path) => {
			const free = [
				'--model',
				'--timeout',
				'--quiet-for',
				'--port',
				'--dns',
				'--rename',
				'--max-turns',
				'--max-cost',
				'--limit',
				'--grep',
				'--tag',
				'--turn',
				'--turns',
				'--since',
				'--pace',
				'--role',
				'--until',
				'--check',
				'--check-timeout',
				'--max-time',
				'--base',
				'--setup',
				'--jobs',
				'--branch',
				'--label',
				'--message',
				'--continue',
				'--session',
				'--around',
				'--slug',
				'--state',
				'--image',
				'--memory',
				'--pids',
			];
			const entry = completionModel(programWith()).find(({ where }) => where === path);
			const unknown = entry?.options.filter(
				({ value, flags }) => value === 'none' && !flags.some((f) => free.includes(f)),
			);
			expect(unknown).toEqual([]);
		},
	);
});

describe('the program', () => {
	const parse = async (...argv: string[]) => {
		const calls: Call[] = [];
		const said: string[] = [];
		const error = await programWith(calls, said)
			.parseAsync(argv, { from: 'user' })
			.then(
				() => null,
				(reason: unknown) => reason,
			);
		return { calls, said: said.join(''), error };
	};

	it('opens the shell when no command is named, with its options', async () => {
		const { calls } = await parse('--agent', 'codex', '-c');
		expect(calls).toEqual([
			{ name: 'shell', options: expect.objectContaining({ agent: 'codex', continue: true }) },
		]);
	});

	it('takes -C before and after the command', async () => {
		expect((await parse('-C', '/a', 'sessions')).calls[0]?.options).toMatchObject({ directory: '/a' });
		expect((await parse('sessions', '-C', '/a')).calls[0]?.options).toMatchObject({ directory: '/a' });
	});

	it.each([
		['runn', 'agent-relay run'],
		['sesions', 'agent-relay sessions'],
		['shwo', 'agent-relay show'],
		['agnets', 'agent-relay agents'],
	])('names the nearest command for %s', async (word, nearest) => {
		const { calls, error } = await parse(word, 'x', '--json');
		expect(calls).toEqual([]);
		expect(error).toMatchObject({ code: 'usage', hint: `Did you mean: ${nearest}?` });
	});

	it('names the nearest command below config, and leaves keys alone', async () => {
		expect((await parse('config', 'sett', 'x', 'y')).error).toMatchObject({
			hint: 'Did you mean: agent-relay config set?',
		});
		expect((await parse('config', 'limits')).calls).toEqual([
			{ name: 'config-show', options: expect.objectContaining({ key: 'limits' }) },
		]);
	});

	it('begins its own refusals like every other', async () => {
		expect((await parse('run', '--agent')).said).toMatch(
			/^agent-relay: option .* argument missing\n {2}For help: /,
		);
		expect((await parse('run', '--bogus')).said).toMatch(/^agent-relay: unknown option '--bogus'\n/);
	});
});

/** Those of all commands take a tenth of a start. */
describe('the options', () => {
	const madeBy = async (...argv: string[]) => {
		const program = programWith().configureOutput({ writeOut: () => undefined });
		await program.parseAsync(argv, { from: 'user' }).catch(() => undefined);
		const made = (command: Command) => Object.getOwnPropertyDescriptor(command, 'options')?.value ?? [];
		return commandsOf(program)
			.filter((command) => made(command).length > 0)
			.map(pathOf);
	};

	it('are made for the command that is called, and those above it', async () => {
		expect(await madeBy('sessions')).toEqual(['sessions']);
		expect(await madeBy('race', 'show')).toEqual(['race', 'race show']);
		expect(await madeBy()).toEqual(['shell']);
	});

	it('are made for no command by the help that lists all', async () => {
		expect(await madeBy('--help')).toEqual([]);
	});
});
