/**
 * Finds the programs that git's config names under names of its own choice (filters, hooks from config), and switches them off by
 * these names, whichever config file has them (LFS is usually named by the user's own).
 */
import { nulFields } from '../git-output.ts';

/** Settings for one run of git. */
export interface ProgramsOff {
	args: readonly string[];
	env: Readonly<Record<string, string>>;
}

export const NO_PROGRAMS: ProgramsOff = { args: [], env: {} };

/** The question for git, asked where the run itself will be; its answer goes to `programsOff`. */
export const QUESTION: readonly string[] = [
	'config',
	'-z',
	'--name-only',
	'--get-regexp',
	'^(filter\\..*\\.(clean|smudge|process|required)|hook\\..*\\.command)$',
];

/**
 * Commands that neither read files of a worktree nor write an index or a ref, and so start no filter and no hook. Any other command
 * may: whenever git writes an index, it reads files again that changed in that index's own second.
 */
const STARTS_NOTHING = new Set([
	// It names a commit: without one git would read the file in the worktree.
	'blame',
	'cat-file',
	'check-attr',
	'check-ref-format',
	'commit-tree',
	'config',
	'diff-tree',
	'for-each-ref',
	'ls-tree',
	'merge-file',
	'pack-objects',
	'rev-list',
	'rev-parse',
	'show-ref',
	'unpack-objects',
]);

/** `words`: the subcommand and its arguments. */
export function mayRunPrograms([command = '', ...rest]: readonly string[]): boolean {
	const isQuestion = (command === 'worktree' && rest[0] === 'list') || command === 'symbolic-ref';
	return !isQuestion && !STARTS_NOTHING.has(command);
}

/** A name with `=` cannot be given with `-c`, so it goes in variables, which git reads since 2.31. */
export function programsOff(answer: Buffer): ProgramsOff {
	const settings = [...new Set(nulFields(answer))].map(settingFor);
	const [odd, plain] = [
		settings.filter(({ key }) => key.includes('=')),
		settings.filter(({ key }) => !key.includes('=')),
	];
	const variables = odd.flatMap(({ key, value }, i) => [
		[`GIT_CONFIG_KEY_${i}`, key],
		[`GIT_CONFIG_VALUE_${i}`, value],
	]);
	return {
		args: plain.flatMap(({ key, value }) => ['-c', `${key}=${value}`]),
		env: odd.length === 0 ? {} : { ...Object.fromEntries(variables), GIT_CONFIG_COUNT: String(odd.length) },
	};
}

function settingFor(key: string): { key: string; value: string } {
	if (key.startsWith('hook.')) return { key: key.replace(/command$/, 'enabled'), value: 'false' };
	return { key, value: key.endsWith('.required') ? 'false' : '' };
}
