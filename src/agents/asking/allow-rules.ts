/**
 * What the user allows beyond a preset, once asked: the narrowest rule that covers what an agent wants, and whether a rule covers
 * it. A rule for commands permits a simple command as written and with further arguments; a command line of several is covered
 * where each of its parts is; a rule to run it does not let it leave a sandbox. Whatever a shell would expand, redirect into a file or nest is covered by the very same text alone.
 */
import { resolve } from 'node:path';
import { simpleCommand } from './allow-commands.ts';
import type { Wanted } from './question.ts';

export interface AllowRule {
	action: Wanted['action'];
	/** A command, the absolute path of a file, the origin of an address, or the name of a tool. */
	what: string;
}

/** A rule that may hold for good: for a command, or for edits of a file. */
export type LastingRule = AllowRule & { action: 'run' | 'leave' | 'edit' };

/** The rules that together cover what is wanted, as narrow as they can be said. */
export function rulesFor(wants: Wanted): AllowRule[] {
	const { action, what } = wants;
	if (action === 'edit') return [...new Set(editedPaths(wants))].map((path) => ({ action, what: path }));
	if (!isCommand(action)) return [{ action, what: keyOf(action, what) }];
	const simple = allowableIn(what);
	const commands = simple.length === 0 ? [what.trim()] : simple;
	return commands.map((command) => ({ action, what: command }));
}

/** The simple commands that allow a command line once each is allowed; empty: no rule that a CLI takes can. */
export const allowableIn = (command: string): string[] => [
	...new Set((partsOf(command) ?? []).map((words) => words.join(' '))),
];

/** Whether these rules cover all of it. */
export function isCovered(wants: Wanted, rules: readonly AllowRule[]): boolean {
	const { action, what } = wants;
	const own = rules.filter((rule) => rule.action === action).map((rule) => rule.what);
	if (action === 'edit') return editedPaths(wants).every((path) => own.includes(path));
	if (!isCommand(action)) return own.includes(keyOf(action, what));
	if (own.includes(what.trim())) return true;
	const parts = partsOf(what);
	const prefixes = own.map(simpleCommand).filter((words) => words !== null);
	return parts?.every((words) => prefixes.some((prefix) => beginsWith(words, prefix))) ?? false;
}

const isCommand = (action: AllowRule['action']) => action === 'run' || action === 'leave';

export const isLastingRule = (rule: AllowRule): rule is LastingRule =>
	isCommand(rule.action) || rule.action === 'edit';

/** One path a line; a patch may name several, from the folder in which it is applied. */
const editedPaths = ({ what, folder }: Wanted): string[] =>
	what.split('\n').map((path) => (folder === null ? path : resolve(folder, path)));

function keyOf(action: AllowRule['action'], what: string): string {
	if (action === 'use') return what.split(' ', 1)[0] ?? what;
	if (action !== 'fetch') return what;
	return URL.canParse(what) ? new URL(what).origin : what;
}

const beginsWith = (words: readonly string[], prefix: readonly string[]) =>
	prefix.every((word, at) => words[at] === word);

/** Output that goes nowhere, or where the other output goes. */
const HARMLESS_REDIRECTION = /(?<=\s)(?:2>&1|[12&]?>\s?\/dev\/null)(?=[\s|;&]|$)/g;
/** Behind a pipe they only shorten what a person reads, as long as no argument is a path. */
const FILTERS: ReadonlySet<string> = new Set(['cat', 'grep', 'head', 'tail', 'wc']);

/**
 * The words of each simple command in a command line, without filters behind a pipe; null where something in it may do more than
 * its words say.
 */
function partsOf(command: string): string[][] | null {
	const pieces = command.replace(HARMLESS_REDIRECTION, ' ').split(/(\|\||&&|;|\|)/);
	const parts: string[][] = [];
	for (let at = 0; at < pieces.length; at += 2) {
		const words = simpleCommand(pieces[at]?.trim() ?? '');
		if (words === null) return null;
		const isFilter = pieces[at - 1] === '|' && FILTERS.has(words[0] ?? '');
		if (!isFilter || words.slice(1).some(mayBePath)) parts.push(words);
	}
	return parts;
}

const mayBePath = (word: string) => !/^(?:-[\w=]+|\d+|[A-Za-z]+)$/.test(word);
