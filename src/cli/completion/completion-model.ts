/** What can be completed where, read from the declarations of the program: one list for every shell. */
import type { Argument, Command, Option } from 'commander';
import type { ValueKind } from '../../commands/options/option-table.ts';
import { KnownArgument, KnownOption } from '../argv/bind-command.ts';

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
	/** `words`: all that call it, its name first. Another word is understood, and not offered. */
	subcommands: ReadonlyArray<{ name: string; words: readonly string[]; about: string }>;
	options: readonly CompletionOption[];
	operand: ValueKind;
}

/** A command that runs where none is named lends its options and operand to the one above. */
const DEFAULTS: Readonly<Record<string, string>> = {
	'': 'shell',
	config: 'config show',
	ws: 'ws status',
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
			subcommands: subcommands.map((sub) => ({
				name: sub.name(),
				words: [sub.name(), ...sub.aliases()],
				about: sub.description(),
			})),
			options: help.visibleOptions(command).map(describeOption),
			operand: operandOf(command.registeredArguments[0]),
		},
		...subcommands.flatMap((sub) => describe(sub, where === '' ? sub.name() : `${where} ${sub.name()}`)),
	];
}

function describeOption(option: Option): CompletionOption {
	const flags = [option.short, option.long].filter((flag) => typeof flag === 'string');
	const kind = option instanceof KnownOption ? option.kind : null;
	return { flags, about: option.description, value: kind && offered(kind) };
}

function operandOf(argument: Argument | undefined): ValueKind {
	return argument instanceof KnownArgument ? offered(argument.kind) : 'none';
}

/**
 * What a shell offers for a kind of value: nothing for a task, and every session where a chat is wanted.
 * @internal For tests.
 */
export function offered(kind: ValueKind): ValueKind {
	if (kind === 'text') return 'none';
	return kind === 'chats' ? 'sessions' : kind;
}
