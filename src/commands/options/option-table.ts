/**
 * Options of commands: each flag and operand once, with its help, what its value may be, and how it is read. Syntax alone is
 * read here; names of agents and sessions are resolved where a command runs.
 */
import { RelayError } from '../../core/errors.ts';

/** What a value may be, for completion. `none`: anything, nothing is offered. */
export type ValueKind =
	| 'none'
	/** A task or a topic: of an operand, all words as they were typed. */
	| 'text'
	| 'agents'
	/** Names with commas between them. */
	| 'agent_list'
	| 'sessions'
	/** Sessions of several agents that talked. */
	| 'chats'
	/** Races of this repo, and the entrants of the latest one. */
	| 'races'
	| 'entrants'
	| 'settings'
	/** Names of this repo. */
	| 'names'
	/** Those of this user. */
	| 'workstreams'
	| 'runners'
	/** Those of the conversation at hand. */
	| 'turns'
	| 'files'
	| 'folders'
	/** `isOpen`: any other word will do, too. */
	| { words: readonly string[]; isOpen?: boolean };

/** What was typed: a text, true of a flag, a list of an option that may be given several times; undefined: nothing. */
type Typed = string | true | readonly string[] | undefined;

/** Where a command can be called; `mcp`: as a tool of agents (`mcp/tools/`). */
export type FrontEnd = 'cli' | 'shell' | 'mcp';

export interface Option<Value> {
	/** `-n, --limit <count>`, `--all`; of an operand `[ref]`, `<key>`. */
	readonly flags: string;
	readonly about: string;
	/** null: a flag, which takes no value. */
	readonly kind: ValueKind | null;
	/** What stands in, as typed, where nothing was. */
	readonly fallback?: string;
	/** The only front end that takes it; absent: all of them. */
	readonly only?: FrontEnd;
	/** It may be given several times; of an operand: it takes all words that are left. `parse` gets a list. */
	readonly isMany?: boolean;
	/** Throws RelayError `usage`. */
	parse(typed: Typed): Value;
}

/** Each option by its name: the long flag, or the word of the operand. */
export type OptionTable<Options> = { readonly [Name in keyof Options]: Option<Options[Name]> };

/** As a front end read them, by name; what is not a `Typed` counts as not given. */
export type Given = Readonly<Record<string, unknown>>;

/** The options of one call. Throws RelayError `usage`. */
export function readOptions<Options>(table: OptionTable<Options>, given: Given): Options {
	const options: Partial<Options> = {};
	for (const name in table) {
		const option = table[name];
		options[name] = option.parse(asGiven(given[name]));
	}
	if (!isWhole(options, table)) throw new Error('an option was not read');
	return options;
}

function asGiven(typed: unknown): Typed {
	if (typeof typed === 'string' || typed === true) return typed;
	return Array.isArray(typed) ? typed.filter((word) => typeof word === 'string') : undefined;
}

function isWhole<Options>(
	options: Partial<Options>,
	table: OptionTable<Options>,
): options is Options & Partial<Options> {
	return Object.keys(table).every((name) => name in options);
}

export function flag(flags: string, about: string): Option<boolean> {
	return { flags, about, kind: null, parse: (typed) => typed === true };
}

/** An option with a value, or an operand; null where it was not given. */
export function value<Value>(
	flags: string,
	about: string,
	kind: ValueKind,
	read: (text: string) => Value,
): Option<Value | null> {
	return { flags, about, kind, parse: (typed) => (typeof typed === 'string' ? read(typed) : null) };
}

/** An option with a value; `fallback`, as typed, where it was not given. */
export function valueOr<Value>(
	fallback: string,
	flags: string,
	about: string,
	kind: ValueKind,
	read: (text: string) => Value,
): Option<Value> {
	const parse = (typed: Typed) => read(typeof typed === 'string' ? typed : fallback);
	return { flags, about, kind, fallback, parse };
}

/** An option that may be given several times, or an operand that takes all words that are left. */
export function values<Value>(
	flags: string,
	about: string,
	kind: ValueKind,
	read: (text: string) => Value,
): Option<Value[]> {
	const parse = (typed: Typed) => (Array.isArray(typed) ? typed : []).map((text: string) => read(text));
	return { flags, about, kind, isMany: true, parse };
}

/** An operand that takes all words that are left, as one text; null where there are none. */
export function words<Value>(
	flags: string,
	about: string,
	kind: ValueKind,
	read: (text: string) => Value,
): Option<Value | null> {
	const parse = (typed: Typed) => {
		const text = Array.isArray(typed) ? typed.join(' ') : typed;
		return typeof text === 'string' && text !== '' ? read(text) : null;
	};
	return { flags, about, kind, isMany: true, parse };
}

/** The same for one front end alone. */
export const only = <Value>(front: FrontEnd, option: Option<Value>): Option<Value> => ({
	...option,
	only: front,
});

/** An operand that must be there, `<key>`. */
export function needed(flags: string, about: string, kind: ValueKind): Option<string> {
	return {
		flags,
		about,
		kind,
		parse: (typed) => {
			if (typeof typed === 'string') return typed;
			throw new RelayError('usage', `${flags} is missing.`);
		},
	};
}

/** Data instead of lines, where the front end is a program's. */
export const asJson: Option<boolean> = { ...flag('--json', 'print JSON'), only: 'cli' };

/** What happens as documents, a line each, where the front end is a program's. */
export const documents: Option<boolean> = {
	...flag('--json', 'one event a line on stdout, a result object last'),
	only: 'cli',
};

/** Only the answer, where the front end is the command line. */
export const quietly = (about: string): Option<boolean> => only('cli', flag('-q, --quiet', about));

/** Answers what a command asks before it acts; never a question of trust or permission. */
export const yes = (about: string): Option<boolean> => only('cli', flag('-y, --yes', about));

export const asTyped = (text: string): string => text;

/** `limit`: from 1 on. `what`: the beginning of the refusal, `--limit takes`. */
export const countFrom1 =
	(what: string) =>
	(text: string): number => {
		const count = Number(text);
		if (/^\d{1,9}$/.test(text) && count > 0) return count;
		throw new RelayError('usage', `${what} a number from 1 on, not ${JSON.stringify(text)}.`);
	};

/** As `countFrom1`; null for 0, which takes the limit away. */
export const limitOrNone =
	(what: string) =>
	(text: string): number | null => {
		if (/^\d{1,9}$/.test(text)) return Number(text) || null;
		throw new RelayError('usage', `${what} a number, or 0 for all of them, not ${JSON.stringify(text)}.`);
	};

/** The same from 0 on. */
export const countFrom0 =
	(what: string) =>
	(text: string): number => {
		if (/^\d{1,9}$/.test(text)) return Number(text);
		throw new RelayError('usage', `${what} a number from 0 on, not ${JSON.stringify(text)}.`);
	};

/** A turn of the conversation at hand. */
export function turnNumber(text: string): number {
	if (/^\d{1,9}$/.test(text) && Number(text) > 0) return Number(text);
	throw new RelayError('usage', `a turn is a number from 1 on, not ${JSON.stringify(text)}`);
}

/** One of `words`; completion offers them. */
export function choice<const Word extends string>(
	flags: string,
	about: string,
	words: readonly Word[],
): Option<Word | null> {
	return value(flags, about, { words }, (text) => {
		const word = words.find((candidate) => candidate === text);
		if (word !== undefined) return word;
		throw new RelayError('usage', `${JSON.stringify(text)} is not one of ${words.join(', ')}.`);
	});
}

/** Without a flag: it is what stands behind the command. */
export function isOperand({ flags }: Pick<Option<unknown>, 'flags'>): boolean {
	return !flags.startsWith('-');
}

export interface FlagParts {
	/** `-n`; null: it has none. */
	short: string | null;
	/** `--limit`; null: an operand. */
	long: string | null;
	/** `count`, of `<count>` and `[count]`; null: it takes no value. */
	value: string | null;
	/** `<…>`: the value must be there. */
	isNeeded: boolean;
}

export function partsOf({ flags }: Pick<Option<unknown>, 'flags'>): FlagParts {
	const [long = null] = /--[\w-]+/.exec(flags) ?? [];
	const [short = null] = /(?<![\w-])-\w\b/.exec(flags) ?? [];
	const [, bracket, value = null] = /([<[])([\w-]+)/.exec(flags) ?? [];
	return { short, long, value, isNeeded: bracket === '<' };
}
