/** A command's table as the shell takes it: usage, summary, completion, and the words behind it. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import type { Command } from '../../commands/command.ts';
import type { CommandContext } from '../../commands/context.ts';
import { type Given, isOperand, type Option, partsOf } from '../../commands/options/option-table.ts';
import { RelayError } from '../../core/errors.ts';
import { formatPlural } from '../../core/plural.ts';
import { flagAtEnd } from './agent-argument.ts';
import { candidatesOf } from './candidates.ts';
import { type SlashCommand, type SlashContext, splitWords, usageError } from './slash-command.ts';

export function slashCommand(command: Command): SlashCommand {
	const options = optionsOf(command);
	const operand = [...options.values()].find(isOperand);
	const slash: SlashCommand = {
		...factsOf(command, options),
		aliases: [],
		duringTurn: command.duringTurn,
		complete: async (shell, argument) => {
			const typed = flagAtEnd(argument);
			const option = typed === null ? operand : ofFlag(options, typed.flag);
			return candidatesOf(option?.kind ?? 'none', shell, typed?.word);
		},
		run: async (shell, argument) => {
			const given = readWords(slash, options, argument);
			const { lines, heard } = await called(slash, command.call(contextOf(shell), given));
			shell.print(lines(shell));
			if (heard !== null) shell.relay.note(heard);
		},
	};
	return slash;
}

/** What a command asks, the shell asks. */
function contextOf({ context, isInteractive, pick }: SlashContext): CommandContext {
	return isInteractive ? { ...context, ask: pick } : context;
}

type Options = Command['options'];

/** Those that the shell takes. */
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

function ofFlag(options: Options, flag: string): Option<unknown> | undefined {
	return [...options.values()].find((option) => {
		const { long, short } = partsOf(option);
		return flag === long || flag === short;
	});
}

/** Throws RelayError `usage`. */
function readWords(slash: SlashCommand, options: Options, argument: string): Given {
	const flags: NonNullable<ParseArgsConfig['options']> = {};
	const operands: string[] = [];
	for (const [name, option] of options) {
		const { long, short } = partsOf(option);
		if (long === null) operands.push(name);
		else
			flags[long.slice(2)] = {
				type: option.kind === null ? 'boolean' : 'string',
				...(short === null ? {} : { short: short.slice(1) }),
			};
	}
	const { values, positionals } = parseWords(slash, splitWords(argument), flags);
	if (positionals.length > operands.length)
		throw usageError(
			slash,
			`/${slash.name} takes ${operands.length === 0 ? 'no words' : formatPlural(operands.length, 'word')}, and got ${positionals.join(' ')}`,
		);
	return { ...values, ...Object.fromEntries(positionals.map((word, at) => [operands[at] ?? '', word])) };
}

function parseWords(slash: SlashCommand, args: string[], options: NonNullable<ParseArgsConfig['options']>) {
	try {
		return parseArgs({ args, options, allowPositionals: true });
	} catch (error) {
		throw usageError(slash, error instanceof Error ? error.message : String(error));
	}
}

/** What was typed wrong is told with how it is typed. */
async function called<Value>(slash: SlashCommand, call: Promise<Value>): Promise<Value> {
	try {
		return await call;
	} catch (error) {
		const isBare = error instanceof RelayError && error.code === 'usage' && error.hint === undefined;
		throw isBare ? usageError(slash, error.message) : error;
	}
}
