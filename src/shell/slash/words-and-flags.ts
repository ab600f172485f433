/** Reads an argument of words in one piece, as typed, with flags before or after them. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { type SlashCommand, usageError } from './slash-command.ts';

type FlagOptions = NonNullable<ParseArgsConfig['options']>;

/** `--agents`, `-A`, …, of a table of options. */
function flagsOf(options: FlagOptions): string[] {
	return Object.entries(options).flatMap(([name, { short }]) => [
		`--${name}`,
		...(short === undefined ? [] : [`-${short}`]),
	]);
}

/**
 * The words come before the first flag or after the flags; they are taken as typed, without quotes around all of them. null:
 * no words. Throws `usage` for unknown flags and for words on both sides.
 */
export function readWordsAndFlags<const T extends FlagOptions>(
	command: SlashCommand,
	argument: string,
	options: T,
) {
	const flags = flagsOf(options);
	const isFlag = (word: string) => flags.includes(word.split('=', 1)[0] ?? '');
	const words = wordsOf(argument);
	const first = words.findIndex(({ text }) => isFlag(text));
	const at = words[first];
	const before = at === undefined ? argument : argument.slice(0, at.start);
	const rest = first < 0 ? [] : words.slice(first);
	const { values, tokens } = parse(
		command,
		rest.map(({ text }) => text),
		options,
	);
	const firstWord = tokens.find(({ kind }) => kind === 'positional');
	const after =
		firstWord === undefined ? '' : argument.slice(rest[firstWord.index]?.start ?? argument.length);
	const isLast = tokens
		.slice(firstWord === undefined ? 0 : tokens.indexOf(firstWord))
		.every(({ kind }) => kind === 'positional');
	if ((before.trim() !== '' && after !== '') || (firstWord !== undefined && !isLast))
		throw usageError(command, 'Write the words in one piece, before or after the flags.');
	const typed = unquoted((before.trim() === '' ? after : before).trim());
	return { values, words: typed === '' ? null : typed };
}

function parse<const T extends FlagOptions>(command: SlashCommand, args: string[], options: T) {
	try {
		return parseArgs({ args, options, allowPositionals: true, tokens: true });
	} catch (error) {
		throw usageError(command, error instanceof Error ? error.message : String(error));
	}
}

/** Words with their offsets; quotes hold one together, also within it (`--role claude="be brief"`). */
function wordsOf(argument: string): Array<{ text: string; start: number }> {
	return [...argument.matchAll(/(?:"[^"]*"|'[^']*'|\S)+/g)].map((match) => ({
		text: match[0].replace(
			/"([^"]*)"|'([^']*)'/g,
			(_, double?: string, single?: string) => double ?? single ?? '',
		),
		start: match.index,
	}));
}

function unquoted(text: string): string {
	const [, inside] = /^"([^"]*)"$/.exec(text) ?? /^'([^']*)'$/.exec(text) ?? [];
	return inside ?? text;
}
