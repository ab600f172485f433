/** What a repo's own git config makes the git of an agent start: nothing where the repo is not trusted. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runProcess } from '../../src/core/processes/run-process.ts';
import { armouredForAgents, namedPrograms } from '../../src/git/repo/agent-armour.ts';
import { createGit } from '../../src/git/run-git.ts';
import { canaryOf, GIT_ATTACKS, inputOf } from '../helpers/git-attacks.ts';

let base: string;
let repo: string;
let canaries: string;
let env: Record<string, string>;

beforeEach(() => {
	base = realpathSync(mkdtempSync(join(tmpdir(), 'relay-armour-')));
	repo = join(base, 'repo');
	canaries = join(base, 'canaries');
	for (const folder of [repo, canaries, join(base, 'evil')]) mkdirSync(folder);
	env = {
		PATH: '/usr/local/bin:/usr/bin:/bin',
		HOME: base,
		GIT_CONFIG_NOSYSTEM: '1',
		...Object.fromEntries(
			['AUTHOR', 'COMMITTER'].flatMap((who) => [
				[`GIT_${who}_NAME`, 'dev'],
				[`GIT_${who}_EMAIL`, 'dev@example.org'],
			]),
		),
	};
	git(env, 'init', '-q', '-b', 'main');
	commit('base\n');
	git(env, 'checkout', '-q', '-b', 'side');
	commit('side\n');
	git(env, 'checkout', '-q', 'main');
	commit('main\n');
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

function git(withEnv: Record<string, string>, ...args: string[]) {
	return spawnSync('git', args, { cwd: repo, env: withEnv, input: 'y\n', timeout: 20_000, encoding: 'utf8' });
}

function commit(text: string): void {
	writeFileSync(join(repo, 'a.txt'), text);
	git(env, 'add', '-A');
	git(env, 'commit', '-qm', text);
}

/** The path of a program that leaves proof that it ran. */
function canary(name: string): string {
	const path = join(base, 'evil', name);
	writeFileSync(path, `#!/bin/sh\n: > '${canaries}/${name}'\nexit 0\n`);
	chmodSync(path, 0o755);
	return path;
}

function attack(key: string, value: string): void {
	writeFileSync(join(repo, '.gitattributes'), '*.txt filter=evil diff=evil merge=evil\n');
	if (key === 'commit.gpgSign') git(env, 'config', 'gpg.program', canary(canaryOf(key)));
	git(env, 'config', 'remote.origin.url', base);
	git(env, 'config', 'protocol.ext.allow', 'always');
	git(env, 'config', key, value);
	writeFileSync(join(repo, 'a.txt'), 'changed\n');
}

async function armoured(): Promise<Record<string, string>> {
	const ours = createGit({ executable: '/usr/bin/git', env, runProcess });
	return armouredForAgents(env, await namedPrograms(ours, repo));
}

it.each(GIT_ATTACKS)('$key starts nothing', async ({ key, value, runs }) => {
	attack(key, value(canary(canaryOf(key))));
	const inside = await armoured();
	for (const args of runs) runWith(inside, args);
	expect(readdirSync(canaries)).toEqual([]);
});

function runWith(withEnv: Record<string, string>, args: readonly string[]): void {
	const variables = { ...withEnv, GIT_TERMINAL_PROMPT: '0' };
	spawnSync('git', [...args], { cwd: repo, env: variables, input: inputOf(args), timeout: 20_000 });
}

it.each(GIT_ATTACKS)('$key would start something otherwise', ({ key, value, runs }) => {
	attack(key, value(canary(canaryOf(key))));
	for (const args of runs) runWith(env, args);
	expect(readdirSync(canaries)).not.toEqual([]);
});
