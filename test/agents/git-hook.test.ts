/** The relay in a git hook of the user's: git aims everything at the commit under way, and agents must not. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { callTools, say, TOOLS } from './harness/answers.ts';
import { hasAgents } from './harness/installed-agents.ts';
import { RELAY, type Scene } from './harness/scene.ts';
import { scenes } from './harness/with-scene.ts';

const RACE = "race 'Write it.' --agents claude,codex -p full --trust --include-dirty --json";
const COMMITS = `--setup 'git commit -q --allow-empty -m by-setup' --check 'git add -A; git commit -q --allow-empty -m by-check'`;

/** The user commits a change, with the relay in a hook (of this commit only); returns what the relay printed. */
async function commitWithHook(scene: Scene, args: string): Promise<string> {
	const told = join(scene.root, 'told');
	const hook = `#!/bin/sh\nrm "$0"\nenv | grep -q ^GIT_INDEX_FILE= || exit 1\n'${process.execPath}' '${RELAY}' ${args} > '${told}' 2>&1\n`;
	writeFileSync(join(scene.repo, '.git/hooks/pre-commit'), hook, { mode: 0o755 });
	scene.write('mine.txt', 'mine\n');
	scene.git('add', 'mine.txt');
	const git = spawn('git', ['commit', '-qm', 'by the user'], {
		cwd: scene.repo,
		env: scene.env,
		stdio: 'ignore',
	});
	const [code] = await once(git, 'close');
	const text = readFileSync(told, 'utf8');
	expect(code, text).toBe(0);
	return text;
}

describe.skipIf(!hasAgents)('a relay that a git hook starts', () => {
	const openScene = scenes();

	it('races in worktrees whose agents, setup and checks commit there, and never on the user’s branch', async () => {
		const scene = await openScene({ env: { IS_SANDBOX: '1' } });
		for (const agent of ['claude', 'codex'] as const) {
			const commit = `printf '${agent}' > answer.txt && git add -A && git commit -qm by-${agent}`;
			scene.model.script(agent, callTools(TOOLS[agent].shell(commit)), say('It is written.'));
		}

		const told = await commitWithHook(scene, `${RACE} ${COMMITS}`);

		expect(scene.git('log', '--format=%s', 'main').trim().split('\n'), told).toEqual([
			'by the user',
			'start',
		]);
		expect(scene.git('show', '--name-only', '--format=', 'main').trim()).toBe('mine.txt');
		expect(scene.git('diff', '--cached', '--name-only')).toBe('');
		const folders = scene
			.git('worktree', 'list', '--porcelain')
			.split('\n')
			.flatMap((line) => /^worktree (.*)/.exec(line)?.[1] ?? [])
			.filter((folder) => folder !== scene.repo);
		expect(folders, told).toHaveLength(2);
		const logs = folders.map((folder) =>
			scene.git('-C', folder, 'log', '--format=%s', '-3').trim().split('\n'),
		);
		expect(logs.sort()).toEqual([
			['by-check', 'by-claude', 'by-setup'],
			['by-check', 'by-codex', 'by-setup'],
		]);
	});

	it.each(['claude', 'codex'] as const)(
		'has the git of %s work on the folder it stands in',
		async (agent) => {
			const scene = await openScene({ env: { IS_SANDBOX: '1' } });
			const inner =
				'git init -q inner && cd inner && git commit -q --allow-empty -m inner && git log --format=%s';
			scene.model.script(agent, callTools(TOOLS[agent].shell(`${inner} > log.txt`)), say('Done.'));
			await commitWithHook(scene, `run --json --order ${agent} -p full 'Try.'`);
			expect(scene.read('inner/log.txt')).toBe('inner\n');
			expect(scene.git('log', '--format=%s', 'main').trim().split('\n')).toEqual(['by the user', 'start']);
		},
	);
});
