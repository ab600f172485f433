import type { Command } from 'commander';
import { nearestName } from '../../config/nearest-name.ts';
import { RelayError } from '../../core/errors.ts';
import { formatPlural } from '../../core/plural.ts';
import { quoteForShell } from '../../core/quote-for-shell.ts';

/** Where a command runs because none was named, the first word may be a mistyped one. Throws RelayError `usage`. */
export function refuseUnknownCommand(parent: Command, chosen: Command): void {
	const [word, ...more] = parent.args;
	if (word === undefined || word.startsWith('-') || word === chosen.name()) return;
	const names = parent.commands.map((command) => command.name());
	if (names.includes(word) || parent.commands.some((command) => command.aliases().includes(word))) return;
	const nearest = nearestName(word, names);
	// A word may be meant for the chosen command; it is its own judge unless a command is near.
	if (chosen.registeredArguments.length > 0 && (nearest === null || word.includes('.'))) return;
	if (nearest === null && parent.parent === null && isSentence(word, more))
		throw tasklessRun([word, ...more]);
	throw unknownCommand(parent, word);
}

/** Names the nearest one below `parent`. */
export function unknownCommand(parent: Command, word: string): RelayError {
	const whole = commandPath(parent);
	const nearest = nearestName(
		word,
		parent.commands.map((command) => command.name()),
	);
	return new RelayError('usage', `There is no command ${JSON.stringify(word)}.`, {
		hint: nearest === null ? `See them all: ${whole} --help` : `Did you mean: ${whole} ${nearest}?`,
	});
}

/** `agent-relay race show`. */
export function commandPath(command: Command): string {
	return command.parent === null ? command.name() : `${commandPath(command.parent)} ${command.name()}`;
}

/**
 * Words behind the operands that a command declares: most often a text that was not quoted. Throws RelayError `usage`.
 */
export function refuseExtraWords(command: Command): void {
	const taken = command.registeredArguments;
	if (command.args.length <= taken.length || taken.some(({ variadic }) => variadic)) return;
	const path = commandPath(command);
	const isText = TEXTS.has(taken[0]?.name() ?? '');
	const takes = taken.length === 0 ? 'no words' : isText ? 'one text' : formatPlural(taken.length, 'word');
	const got = `${formatPlural(command.args.length, 'word')}: ${command.args.join(' ')}`;
	throw new RelayError('usage', `${command.name()} takes ${takes} but got ${got}.`, {
		hint: isText
			? `Quote it: ${[path, ...givenOptions(command), quoted(command.args)].join(' ')}`
			: `For help: ${path} --help`,
	});
}

/** The options as they were given: without them the line would do something else. */
function givenOptions(command: Command): string[] {
	const above = command.parent === null ? [] : givenOptions(command.parent);
	const own = command.options.flatMap((option) => {
		const name = option.attributeName();
		if (command.getOptionValueSource(name) !== 'cli') return [];
		const flag = option.long ?? option.short ?? '';
		const value: unknown = command.getOptionValue(name);
		if (typeof value === 'boolean') return value === option.negate ? [] : [flag];
		return [value].flat().map((one) => `${flag} ${quoteForShell(String(one))}`);
	});
	return [...above, ...own];
}

/** Operands that are sentences. */
const TEXTS: ReadonlySet<string> = new Set(['task', 'topic']);

function isSentence(word: string, more: readonly string[]): boolean {
	return /\s/.test(word) || more.some((next) => !next.startsWith('-'));
}

function tasklessRun(words: readonly string[]): RelayError {
	return new RelayError('usage', `There is no command ${JSON.stringify(words[0])}.`, {
		hint: `To run a task: agent-relay run ${quoted(words)}`,
	});
}

function quoted(words: readonly string[]): string {
	const text = words.join(' ');
	return /["$`!\\\p{Cc}]/u.test(text) ? quoteForShell(text) : `"${text}"`;
}
