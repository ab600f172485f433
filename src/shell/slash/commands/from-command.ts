/** Turns a command's table into a slash command: usage, summary, completion, and reading its words. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import type { Called, Command } from '../../../commands/command.ts';
import type { CommandContext } from '../../../commands/context.ts';
import { type Given, isOperand, type Option, partsOf } from '../../../commands/options/option-table.ts';
import { RelayError } from '../../../core/errors.ts';
import { formatPlural } from '../../../core/plural.ts';
import type { Candidate } from '../../editor/completion.ts';
import { flagAtEnd } from '../agent-argument.ts';
import { candidatesOf } from '../candidates.ts';
import { type SlashCommand, type SlashContext, splitWords, usageError } from '../slash-command.ts';
import { readWordsAndFlags } from '../words-and-flags.ts';
import { createLive, liveBetween } from './live.ts';

export function slashCommand(command: Command): SlashCommand {
	const options = optionsOf(command);
	const operand = [...options.values()].find(isOperand);
	const slash: SlashCommand = {
		...factsOf(command, options),
		...command.shell,
		aliases: [],
		duringTurn: command.duringTurn,
		complete: async (shell, argument) => {
			const typed = flagAtEnd(argument);
			const option = typed === null ? operand : ofFlag(options, typed.flag);
			const kind = option?.kind ?? 'none';
			if (operand?.kind === 'text' && (kind === 'none' || kind === 'text')) return longFlags(options);
			return candidatesOf(kind, shell, typed?.word);
		},
		run: async (shell, argument) => {
			const given = readArgument(slash, options, argument);
			const call = (context: CommandContext) => called(slash, command.call(context, given));
			if (command.live === null) {
				const done = await call(contextOf(shell));
				return command.pagesInShell ? shell.page(rowsOf(done, shell)) : show(done, shell);
			}
			await shell.work(async (control) => {
				const done = await call({ ...contextOf(shell), live: createLive(shell, control) });
				show(done, shell);
				return { exitCode: done.exitCode, isBroken: done.isStopped };
			}, command.live);
		},
	};
	return slash;
}

/** The shell sets an answer apart itself, so an answer does not begin with an empty line. */
function show(called: Called, shell: SlashContext): void {
	const { heard } = called;
	const rows = rowsOf(called, shell);
	shell.print(rows.slice(rows.findIndex((row) => row !== '')));
	if (heard !== null) shell.relay.note(heard);
}

/** What stays on the screen is not a place for a whole record. */
const MAX_CHARS = 64 * 1024;

function rowsOf({ lines, pieces }: Called, shell: SlashContext): readonly string[] {
	const { theme, columns } = shell;
	const form = { theme, columns, isJson: false, isOnTerminal: true, maxChars: MAX_CHARS };
	const found = pieces(form);
	return found === null ? lines(shell) : [...found].join('').replace(/\n+$/, '').split('\n');
}

/** The shell asks what a command asks, and lends its terminal; a task is what was typed. */
function contextOf(shell: SlashContext): CommandContext {
	const { context, isInteractive, pick, lendTerminal } = shell;
	const screen = screenOf(shell);
	const show: CommandContext['show'] = (draw) => shell.print(draw(shell));
	const readTask: CommandContext['readTask'] = async ({ argument, isOptional, called: { question } }) => {
		if (argument !== null || isOptional) return argument;
		throw new RelayError('usage', question);
	};
	const live = liveBetween(shell);
	return { ...context, readTask, show, live, screen, lendTerminal, ...(isInteractive ? { ask: pick } : {}) };
}

/** The shell steps aside for as long as something has the terminal. */
function screenOf({ context: { screen }, lend }: SlashContext): CommandContext['screen'] {
	if (screen === null || lend === null) return null;
	let isLent = false;
	// What the list shows has the terminal from the list.
	const lent = <T>(act: () => Promise<T>): Promise<T> => {
		if (isLent) return act();
		isLent = true;
		return lend(act).finally(() => {
			isLent = false;
		});
	};
	return {
		runProgram: (program, args, env) => lent(() => screen.runProgram(program, args, env)),
		openRunners: (source) => lent(() => screen.openRunners(source)),
	};
}

type Options = Command['options'];

/** Options that the shell takes. */
function optionsOf({ options }: Command): Options {
	return new Map([...options].filter(([, { only }]) => only === undefined || only === 'shell'));
}

function factsOf({ path, isDefault, about, examples }: Command, options: Options) {
	const name = isDefault ? path.slice(0, path.lastIndexOf(' ')) : path;
	const words = [...options.values()].map(usageOf);
	const [example = ''] = examples;
	return {
		name,
		usage: [name, ...words].join(' '),
		flags: [...options.values()].map((option) => [flagOf(option), option.about] as const),
		summary: about,
		example: `/${name}${example.slice(path.length)}`,
	};
}

/** `[TURN]`, `[--limit COUNT]`, `[--all]`. */
function usageOf(option: Option<unknown>): string {
	const { long, value, isNeeded } = partsOf(option);
	const word = value?.toUpperCase() ?? '';
	if (long === null) return isNeeded ? word : `[${word}]`;
	return `[${word === '' ? long : `${long} ${word}`}]`;
}

/** `TURN`, `--limit <count>`. */
function flagOf(option: Option<unknown>): string {
	return isOperand(option) ? option.flags.replace(/[[\]<>]/g, '').toUpperCase() : option.flags;
}

function ofFlag(options: Options, flag: string): Option<unknown> | undefined {
	return [...options.values()].find((option) => {
		const { long, short } = partsOf(option);
		return flag === long || flag === short;
	});
}

function longFlags(options: Options): Candidate[] {
	return [...options.values()].flatMap((option) => {
		const { long } = partsOf(option);
		return long === null ? [] : [{ value: long }];
	});
}

/** Throws RelayError `usage`. */
function readArgument(slash: SlashCommand, options: Options, argument: string): Given {
	const flags: FlagOptions = {};
	const names = new Map<string, string>();
	const operands: string[] = [];
	for (const [name, option] of options) {
		const { long, short } = partsOf(option);
		if (long === null) operands.push(name);
		else {
			names.set(long.slice(2), name);
			flags[long.slice(2)] = {
				type: option.kind === null ? 'boolean' : 'string',
				...(option.isMany ? { multiple: true } : {}),
				...(short === null ? {} : { short: short.slice(1) }),
			};
		}
	}
	const [first = ''] = operands;
	const { values, words } =
		options.get(first)?.kind === 'text'
			? textAndFlags(slash, argument, flags, first)
			: wordsAndFlags(slash, argument, flags, {
					operands,
					isMany: options.get(operands.at(-1) ?? '')?.isMany === true,
				});
	return {
		...Object.fromEntries(Object.entries(values).map(([flag, typed]) => [names.get(flag) ?? flag, typed])),
		...words,
	};
}

type FlagOptions = NonNullable<ParseArgsConfig['options']>;

/** Takes all words as one text, as typed. */
function textAndFlags(slash: SlashCommand, argument: string, flags: FlagOptions, operand: string) {
	const { values, words } = readWordsAndFlags(slash, argument, flags);
	return { values, words: words === null ? {} : { [operand]: words } };
}

/** `isMany`: the last operand takes all words that are left. */
function wordsAndFlags(
	slash: SlashCommand,
	argument: string,
	flags: FlagOptions,
	{ operands, isMany }: { operands: readonly string[]; isMany: boolean },
) {
	const { values, positionals } = parseWords(slash, splitWords(argument), flags);
	if (positionals.length > operands.length && !isMany)
		throw usageError(
			slash,
			`/${slash.name} takes ${operands.length === 0 ? 'no words' : formatPlural(operands.length, 'word')}, and got ${positionals.join(' ')}`,
		);
	const last = isMany ? operands.length - 1 : operands.length;
	const single = positionals.slice(0, last).map((word, at) => [operands[at] ?? '', word] as const);
	const rest = positionals.slice(last);
	const many = rest.length === 0 ? [] : [[operands[last] ?? '', rest] as const];
	return { values, words: Object.fromEntries([...single, ...many]) };
}

function parseWords(slash: SlashCommand, args: string[], options: FlagOptions) {
	try {
		return parseArgs({ args, options, allowPositionals: true });
	} catch (error) {
		throw usageError(slash, error instanceof Error ? error.message : String(error));
	}
}

/** A usage error without a hint gets the command's usage. */
async function called<Value>(slash: SlashCommand, call: Promise<Value>): Promise<Value> {
	try {
		return await call;
	} catch (error) {
		const isBare = error instanceof RelayError && error.code === 'usage' && error.hint === undefined;
		throw isBare ? usageError(slash, error.message) : error;
	}
}
