/**
 * Protects the git that agents run in an untrusted repo: anything the repo's own git config could make it execute is switched off
 * by variables, which take precedence over every config file. For our own runs of git see `run-git.ts`.
 */
import type { Git } from '../run-git.ts';

type Setting = readonly [key: string, value: string];

/** Settings that may name a program, whichever command the agent runs. */
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

/**
 * Keys containing a name of the repo's choice that name a program, and their replacement. An empty filter passes the bytes on. A
 * rule with `only` leaves other values of the key alone; one with `set` works through another key, where git takes the first value
 * rather than the last.
 */
const HARMLESS: ReadonlyArray<{ key: RegExp; value: string; only?: RegExp; set?: string }> = [
	{ key: /^filter\..+\.(?:clean|smudge|process)$/, value: '' },
	{ key: /^filter\..+\.required$/, value: 'false' },
	{ key: /^diff\..+\.textconv$/, value: 'cat' },
	{ key: /^(?:diff|hook|trailer)\..+\.(?:command|cmd)$/, value: 'true' },
	{ key: /^merge\..+\.driver$/, value: 'false' },
	{ key: /^(?:difftool|mergetool|browser|man)\..+\.(?:cmd|path)$/, value: 'false' },
	{ key: /^gpg\.(?:.+\.)?(?:program|defaultkeycommand)$/, value: 'false' },
	{ key: /^pager\./, value: 'false' },
	{ key: /^interactive\.difffilter$/, value: 'cat' },
	{ key: /^sequence\.editor$/, value: 'false' },
	{ key: /^core\.(?:gitproxy|alternaterefscommand)$/, value: 'true' },
	{ key: /^remote\..+\.(?:uploadpack|receivepack)$/, value: 'never', set: 'protocol.file.allow' },
	{ key: /^protocol\.ext\.allow$/, value: 'never' },
	{ key: /^submodule\..+\.update$/, value: 'none', only: /^\s*!/ },
	{ key: /^alias\./, value: '!false', only: /^\s*!/ },
];

/** Programs that the repo's own git config names by keys of its choice. Empty if git cannot list them. */
export async function namedPrograms(git: Git, folder: string): Promise<Setting[]> {
	const args = ['config', '-z', '--show-scope', '--list'];
	const answer = await git.run(args, { cwd: folder, allowExit: [1, 128] });
	const fields = answer.stdout.toString().split('\0');
	return fields.flatMap((scope, i) => {
		if (i % 2 === 1 || !(scope === 'local' || scope === 'worktree')) return [];
		return harmless(fields[i + 1] ?? '');
	});
}

/** `entry`: a key in git's own spelling, a line break, and its value. */
function harmless(entry: string): Setting[] {
	const end = entry.indexOf('\n');
	const [key, value] = end < 0 ? [entry, ''] : [entry.slice(0, end), entry.slice(end + 1)];
	const rule = HARMLESS.find((known) => known.key.test(key) && (known.only?.test(value) ?? true));
	return rule === undefined ? [] : [[rule.set ?? key, rule.value]];
}

/** `env` with the settings appended to those it may hold already (`GIT_CONFIG_COUNT`). */
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
