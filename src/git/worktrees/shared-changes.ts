import { safeLine } from '../../core/text.ts';
import type { SharedParts } from './worktree-types.ts';

/** How many are named before the rest is only counted. */
const MAX_NAMED = 5;
const NAME_CHARS = 120;

/**
 * Describes the differences between two readings of the parts that all worktrees share, one line each: refs first, then files of
 * the git dir, then the main checkout. The lines are safe to show. Pure.
 */
export function sharedChanges(before: SharedParts, after: SharedParts): string[] {
	const refs = compare(before.refs, after.refs);
	const files = compare(before.files, after.files).filter(
		({ name }) => name !== STASH_LOG || !refs.some((ref) => ref.name === STASH),
	);
	return [
		...capped(refs.map(describeRef), 'refs changed'),
		...capped(files.map(describeFile), 'files of the git dir changed'),
		...describeMain(before, after),
	];
}

function capped(lines: readonly string[], what: string): string[] {
	const rest = lines.length - MAX_NAMED;
	// A line that counts only one says no less than the line it would replace.
	return rest <= 1 ? [...lines] : [...lines.slice(0, MAX_NAMED), `and ${rest} more ${what}`];
}

interface Change {
	name: string;
	/** undefined: not there. */
	before: string | undefined;
	after: string | undefined;
}

function compare(
	before: Readonly<Record<string, string>>,
	after: Readonly<Record<string, string>>,
): Change[] {
	const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
	return names
		.map((name) => ({ name, before: valueIn(before, name), after: valueIn(after, name) }))
		.filter((change) => change.before !== change.after);
}

/** Refs may be named like a property of every object (`constructor`). */
const valueIn = (record: Readonly<Record<string, string>>, name: string) =>
	Object.hasOwn(record, name) ? record[name] : undefined;

const STASH = 'refs/stash';
const STASH_LOG = 'logs/refs/stash';

/** Longest first, since one may begin another. */
const KINDS = [
	['refs/heads/', 'branch '],
	['refs/tags/', 'tag '],
	['refs/remotes/', 'remote branch '],
	['refs/notes/', 'notes '],
] as const;

function describeRef({ name, before, after }: Change): string {
	if (name === STASH) return `the stash ${after === undefined ? 'was dropped' : 'changed'}`;
	if (name.endsWith('HEAD') && !name.startsWith('refs/'))
		return `HEAD of ${checkoutOf(name)} moved from ${describeValue(before)} to ${describeValue(after)}`;
	const kind = KINDS.find(([prefix]) => name.startsWith(prefix));
	const what = kind === undefined ? `ref ${shown(name)}` : kind[1] + shown(name.slice(kind[0].length));
	if (before === undefined) return `${what} was created at ${describeValue(after)}`;
	if (after === undefined) return `${what} was deleted (it was at ${describeValue(before)})`;
	return `${what} moved from ${describeValue(before)} to ${describeValue(after)}`;
}

const SHORT_ID = 10;

function describeValue(value: string | undefined): string {
	if (value === undefined) return 'nothing';
	if (value.startsWith('ref: ')) return shown(value.slice('ref: '.length).replace(/^refs\/heads\//, ''));
	return shown(value.slice(0, SHORT_ID));
}

/** `HEAD` and `index` are the main checkout's; `worktrees/NAME/HEAD` is a linked one's. */
function checkoutOf(name: string): string {
	const linked = /^worktrees\/(.+)\/[^/]+$/.exec(name)?.[1];
	return linked === undefined ? 'the main checkout' : `the worktree ${shown(linked)}`;
}

function describeFile({ name, before, after }: Change): string {
	const how = before === undefined ? 'was added' : after === undefined ? 'was removed' : 'changed';
	if (name === 'config') return `the repo's git config ${how}`;
	if (name === 'worktrees') return "the list of the repo's other worktrees changed";
	if (name === STASH_LOG) return 'the stash changed';
	if (name.startsWith('hooks/')) return `git hook ${shown(name.slice('hooks/'.length))} ${how}`;
	if (name === 'index' || /^worktrees\/.+\/index$/.test(name))
		return `the staged files of ${checkoutOf(name)} changed`;
	return `${shown(name)} of the git dir ${how}`;
}

const shown = (name: string) => safeLine(name, NAME_CHARS);

function describeMain(before: SharedParts, after: SharedParts): string[] {
	if (before.mainTree === after.mainTree) return [];
	if (before.mainTree === null || after.mainTree === null)
		return ['files of the main checkout may have changed; git could not compare them'];
	const paths = compare(before.mainFiles ?? {}, after.mainFiles ?? {}).map(({ name }) => name);
	const named = paths.slice(0, MAX_NAMED).map(shown);
	const rest = paths.length - named.length;
	if (named.length === 0) return ['files of the main checkout changed'];
	return [`files of the main checkout changed: ${named.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`];
}
