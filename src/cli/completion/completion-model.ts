/** What can be completed where, read from the declarations of the program: one list for every shell. */
import type { Argument, Command, Option } from 'commander';
import { PRESETS } from '../../agents/permission-presets.ts';
import type { ValueKind } from '../../commands/options/option-table.ts';
import { KnownArgument, KnownOption } from '../bind-command.ts';

export interface CompletionOption {
	/** `-a`, `--agent`. */
	flags: readonly string[];
	about: string;
	/** null: takes no value. */
	value: ValueKind | null;
}

export interface CompletionCommand {
	/** Words after the program: `''`, `run`, `config set`. */
	where: string;
	about: string;
	subcommands: ReadonlyArray<{ name: string; about: string }>;
	options: readonly CompletionOption[];
	operand: ValueKind;
}

/** A command that runs where none is named lends its options and operand to the one above. */
const DEFAULTS: Readonly<Record<string, string>> = { '': 'shell', config: 'config show' };

/** By the name of a declared value, in any of `<name>` and `[name]`. */
const KINDS: Readonly<Record<string, ValueKind>> = {
	agent: 'agents',
	agents: 'agent_list',
	ref: 'sessions',
	race: 'races',
	entrant: 'entrants',
	other: 'entrants',
	file: 'files',
	dir: 'folders',
	key: 'settings',
	preset: { words: [...PRESETS] },
	shell: { words: ['bash', 'zsh', 'fish'] },
	encoding: { words: ['utf-8', 'utf-16le', 'latin1', 'windows-1252', 'shift_jis', 'gb18030'] },
};

export function completionModel(program: Command): CompletionCommand[] {
	const commands = describe(program, '');
	return commands.map((command) => {
		if (command.where === 'help') return { ...command, operand: { words: namesOf(program) } };
		const lender = commands.find(({ where }) => where === DEFAULTS[command.where]);
		if (lender === undefined) return command;
		const own = new Set(command.options.flatMap(({ flags }) => flags));
		const lent = lender.options.filter(({ flags }) => !flags.some((flag) => own.has(flag)));
		return { ...command, options: [...command.options, ...lent] };
	});
}

function namesOf(program: Command): string[] {
	return program.commands.map((command) => command.name());
}

function describe(command: Command, where: string): CompletionCommand[] {
	const help = command.createHelp();
	const subcommands = help.visibleCommands(command);
	return [
		{
			where,
			about: command.description(),
			subcommands: subcommands.map((sub) => ({ name: sub.name(), about: sub.description() })),
			options: help.visibleOptions(command).map(describeOption),
			operand: operandOf(command.registeredArguments[0]),
		},
		...subcommands.flatMap((sub) => describe(sub, where === '' ? sub.name() : `${where} ${sub.name()}`)),
	];
}

function describeOption(option: Option): CompletionOption {
	const flags = [option.short, option.long].filter((flag) => typeof flag === 'string');
	const takesValue = option.required || option.optional;
	const name = /[<[]([\w-]+)/.exec(option.flags)?.[1] ?? '';
	const kind = option instanceof KnownOption ? offered(option.kind) : kindOf(name, option.argChoices);
	return { flags, about: option.description, value: takesValue ? kind : null };
}

function operandOf(argument: Argument | undefined): ValueKind {
	if (argument instanceof KnownArgument) return offered(argument.kind);
	return argument === undefined ? 'none' : kindOf(argument.name(), argument.argChoices);
}

/** What a shell offers for a kind: nobody knows what a task will say, and sessions are not told apart. */
export function offered(kind: ValueKind): ValueKind {
	if (kind === 'text') return 'none';
	return kind === 'chats' ? 'sessions' : kind;
}

function kindOf(name: string, choices: readonly string[] | undefined): ValueKind {
	if (choices !== undefined) return { words: choices };
	return Object.hasOwn(KINDS, name) ? (KINDS[name] ?? 'none') : 'none';
}
