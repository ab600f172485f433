import type { SharedParts } from './worktree-contract.ts';

/**
 * What differs between two takes of the parts that all worktrees share, one line each, in words: refs first, then files of
 * the git dir, then the main checkout. Names in it are untrusted text. Pure.
 */
export function sharedChanges(before: SharedParts, after: SharedParts): string[] {
	return [
		...compare(before.refs, after.refs).map(describeRef),
		...compare(before.files, after.files).flatMap((change) =>
			change.name === 'logs/refs/stash' && before.refs[STASH] !== after.refs[STASH]
				? []
				: [describeFile(change)],
		),
		...describeMain(before, after),
	];
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

/** Refs may be named like something that every object has (`constructor`). */
const valueIn = (record: Readonly<Record<string, string>>, name: string) =>
	Object.hasOwn(record, name) ? record[name] : undefined;

const STASH = 'refs/stash';

/** Longest first where one begins another. */
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
	const what = kind === undefined ? `ref ${name}` : kind[1] + name.slice(kind[0].length);
	if (before === undefined) return `${what} was created at ${describeValue(after)}`;
	if (after === undefined) return `${what} was deleted (it was at ${describeValue(before)})`;
	return `${what} moved from ${describeValue(before)} to ${describeValue(after)}`;
}

const SHORT_ID = 10;

function describeValue(value: string | undefined): string {
	if (value === undefined) return 'nothing';
	if (value.startsWith('ref: ')) return value.slice('ref: '.length).replace(/^refs\/heads\//, '');
	return value.slice(0, SHORT_ID);
}

/** `HEAD`, `index` are the main checkout's; `worktrees/NAME/HEAD` those of a linked one. */
function checkoutOf(name: string): string {
	const linked = /^worktrees\/(.+)\/[^/]+$/.exec(name)?.[1];
	return linked === undefined ? 'the main checkout' : `the worktree ${linked}`;
}

function describeFile({ name, before, after }: Change): string {
	const how = before === undefined ? 'was added' : after === undefined ? 'was removed' : 'changed';
	if (name === 'config') return `the repo's git config ${how}`;
	if (name === 'worktrees') return "the list of the repo's other worktrees changed";
	if (name === 'logs/refs/stash') return 'the stash changed';
	if (name.startsWith('hooks/')) return `git hook ${name.slice('hooks/'.length)} ${how}`;
	if (name === 'index' || /^worktrees\/.+\/index$/.test(name))
		return `what is staged in ${checkoutOf(name)} changed`;
	return `${name} of the git dir ${how}`;
}

/** How many paths are named before the rest is counted. */
const MAX_NAMED = 5;

function describeMain(before: SharedParts, after: SharedParts): string[] {
	if (before.mainTree === after.mainTree) return [];
	if (before.mainTree === null || after.mainTree === null)
		return ['whether files of the main checkout changed cannot be told'];
	const paths = compare(before.mainFiles ?? {}, after.mainFiles ?? {}).map(({ name }) => name);
	const named = paths.slice(0, MAX_NAMED).map((path) => JSON.stringify(path));
	const rest = paths.length - named.length;
	if (named.length === 0) return ['files of the main checkout changed'];
	return [`files of the main checkout changed: ${named.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`];
}
