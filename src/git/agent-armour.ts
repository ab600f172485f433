/**
 * Git as agents run it in a repo that is not trusted: what the repo's own git config could make it execute is switched off
 * by variables, which outrank every config file. For our own runs of git see `run-git.ts`.
 */
import type { Git } from './run-git.ts';

type Setting = readonly [key: string, value: string];

/** What may name a program, whichever command the agent runs. */
const SWITCHED_OFF: readonly Setting[] = [
	['core.fsmonitor', 'false'],
	['core.hooksPath', '/dev/null'],
	['core.pager', 'cat'],
	['core.editor', 'false'],
	['core.sshCommand', 'ssh'],
	['core.askPass', ''],
	['credential.helper', ''],
	['diff.external', ''],
	['log.showSignature', 'false'],
	['commit.gpgSign', 'false'],
];

/** What takes the place of a program named by the repo; an empty filter passes the bytes on. */
const HARMLESS: Readonly<Record<string, string>> = {
	clean: '',
	smudge: '',
	process: '',
	required: 'false',
	textconv: 'cat',
	command: 'true',
	driver: 'false',
};

const NAMED = '^(filter|diff|merge)\\..*\\.(clean|smudge|process|required|textconv|command|driver)$';

/** Filters and drivers that the repo's own git config names. Empty where git cannot tell. */
export async function namedPrograms(git: Git, folder: string): Promise<Setting[]> {
	const args = ['config', '-z', '--show-scope', '--name-only', '--get-regexp', NAMED];
	const answer = await git.run(args, { cwd: folder, allowExit: [1, 128] });
	const fields = answer.stdout.toString().split('\0');
	return fields.flatMap((scope, i) => {
		const key = fields[i + 1];
		if (i % 2 === 1 || !key || !(scope === 'local' || scope === 'worktree')) return [];
		return [[key, HARMLESS[key.slice(key.lastIndexOf('.') + 1)] ?? ''] as const];
	});
}

/** `env` with the settings behind those that it may hold already (`GIT_CONFIG_COUNT`). */
export function armouredForAgents(
	env: Readonly<Record<string, string>>,
	named: readonly Setting[],
): Record<string, string> {
	const settings = [...SWITCHED_OFF, ...named];
	const first = Number(env.GIT_CONFIG_COUNT ?? 0) || 0;
	const variables = settings.flatMap(([key, value], i): Setting[] => [
		[`GIT_CONFIG_KEY_${first + i}`, key],
		[`GIT_CONFIG_VALUE_${first + i}`, value],
	]);
	return { ...env, ...Object.fromEntries(variables), GIT_CONFIG_COUNT: String(first + settings.length) };
}
