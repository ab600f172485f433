/** What changed in the parts of a repo that all worktrees share, in words. Pure. Who did it cannot be told. */
import { safeLine } from '../core/text.ts';
import type { SharedParts } from '../git/worktree-contract.ts';

const SHOWN = 5;
const NAME_CHARS = 120;

/** One line for each kind of part; empty when nothing changed. */
export function describeSharedChanges(before: SharedParts, after: SharedParts): string[] {
	return [
		...describe('refs', changesOf(before.refs, after.refs)),
		...describe('shared files of .git', changesOf(before.files, after.files)),
		...mainChanges(before, after),
	].map((line) => `${line} (an entrant or you)`);
}

function mainChanges(before: SharedParts, after: SharedParts): string[] {
	if (before.mainTree === null || after.mainTree === null || before.mainTree === after.mainTree) return [];
	const [then, now] = [before.mainFiles ?? {}, after.mainFiles ?? {}];
	const named = describe('files of your checkout', namesOf(then, now).map(shown));
	return named.length > 0 ? named : ['files of your checkout changed'];
}

type Parts = Readonly<Record<string, string>>;

function namesOf(before: Parts, after: Parts): string[] {
	const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
	return names.filter((name) => before[name] !== after[name]);
}

function changesOf(before: Parts, after: Parts): string[] {
	return namesOf(before, after).map((name) => {
		const what = before[name] === undefined ? 'new' : after[name] === undefined ? 'gone' : 'changed';
		return `${shown(name)} (${what})`;
	});
}

const shown = (name: string) => safeLine(name, NAME_CHARS);

function describe(what: string, changes: readonly string[]): string[] {
	if (changes.length === 0) return [];
	const rest = changes.length - SHOWN;
	return [`${what} changed: ${changes.slice(0, SHOWN).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`];
}
