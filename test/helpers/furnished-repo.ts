/** Whole races, from the start to the clean, in a repo with everything in it that a user may have there. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { parseSessionId } from '../../src/core/ids.ts';
import { applyClean, planClean } from '../../src/race/clean/clean.ts';
import { leftovers } from './engine-bench.ts';
import { claudeAnswers, codexAnswers } from './fake-agent-lines.ts';
import type { RaceBench } from './race-bench.ts';
import { fingerprint } from './scratch-repo.ts';

const WRITE = { write: { path: 'answer.txt', text: '42\n' } };
const HOOK = '#!/bin/sh\ntouch "$(git rev-parse --git-common-dir)/hook-ran"\n';

/** Agents of which claude has a winning answer, for that many turns each. */
export function installRacers(bench: RaceBench, turns: number): void {
	bench.install('claude', { turns: Array.from({ length: turns }, () => [WRITE, ...claudeAnswers('done')]) });
	bench.install('codex', {
		turns: Array.from({ length: turns }, () => codexAnswers('nothing to do')),
		nativeSession: 'thread-1',
	});
}

/** A branch, hooks, a remote, a stash, staged and unstaged changes, an untracked file, a submodule, an LFS pointer. */
export function furnish(bench: RaceBench): void {
	const library = join(bench.root, 'library');
	mkdirSync(library);
	bench.git('-C', library, 'init', '-q', '-b', 'main');
	bench.git('-C', library, 'commit', '-q', '--allow-empty', '-m', 'library');
	bench.git('submodule', '--quiet', 'add', library, 'library');
	bench.write('.gitattributes', '*.bin filter=lfs\n');
	bench.write(
		'big.bin',
		`version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 9\n`,
	);
	bench.write('a.txt', 'a\n');
	bench.write('b.txt', 'b\n');
	bench.git('add', '-A');
	bench.git('commit', '-q', '-m', 'second');
	bench.git('branch', 'mine');
	bench.git('remote', 'add', 'origin', library);
	bench.write('a.txt', 'stashed\n');
	bench.git('stash', '-q');
	for (const name of ['post-checkout', 'pre-commit', 'reference-transaction'])
		writeFileSync(join(bench.repo, '.git/hooks', name), HOOK, { mode: 0o755 });
	bench.write('a.txt', 'staged\n');
	bench.git('add', 'a.txt');
	bench.write('b.txt', 'not staged\n');
	bench.write('new.txt', 'untracked\n');
}

/** Everything of the repo but its objects, our own records, and what git keeps of refs in more than one way. */
function stateOf(bench: RaceBench) {
	const ask = (...args: string[]) => bench.git('--no-optional-locks', ...args);
	const files = Object.entries(fingerprint(bench.repo))
		.filter(([path]) => !/^(?:\.agent-relay|\.git\/(?:objects|refs|worktrees|logs))(?:\/|$)/.test(path))
		// A folder's time tells only that something came and went in it.
		.map(([path, facts]) => [path, facts.endsWith(' ') ? 'folder' : facts]);
	return {
		files: Object.fromEntries(files),
		refs: ask('for-each-ref').split('\n').filter(Boolean),
		worktrees: ask('worktree', 'list', '--porcelain').match(/^worktree .*/gm) ?? [],
		status: ask('status', '--porcelain'),
		stash: ask('stash', 'list'),
	};
}

/** That many races in a row leave what they should while they last, and nothing once they are clean. */
export async function expectNothingLeft(bench: RaceBench, races: number): Promise<void> {
	furnish(bench);
	const before = stateOf(bench);
	const ids: string[] = [];
	for (let i = 0; i < races; i++) {
		const { race, record, deps, worktree } = await bench.race('claude,codex', {
			includeDirty: true,
			setup: 'test ! -e library/.git',
			checks: ['test -f answer.txt'],
		});
		expect(record).toMatchObject({ state: 'ended', winner: 'claude', shared_changes: [] });
		const after = stateOf(bench);
		expect({ ...after, refs: before.refs, worktrees: before.worktrees }).toEqual(before);
		const ref = (entrant: string) => expect.stringContaining(`refs/agent-relay/race/${race.id}/${entrant}`);
		const added = after.refs.filter((line) => !before.refs.includes(line));
		expect(added).toEqual([ref('base'), ref('claude'), ref('codex')]);
		expect(after.worktrees).toEqual([
			...before.worktrees,
			...['claude', 'codex'].map((entrant) => `worktree ${worktree(entrant)}`),
		]);

		const id = parseSessionId(race.id);
		if (id === null) throw new Error(`${race.id} is no id`);
		expect(await applyClean(await planClean(id, deps), deps)).toMatchObject({ kept: [] });
		ids.push(race.id, ...record.entrants.flatMap(({ session_id }) => session_id ?? []));
	}
	expect(stateOf(bench)).toEqual(before);
	expect(existsSync(join(bench.repo, '.git/hook-ran'))).toBe(false);
	expect(existsSync(join(bench.repo, '.git/worktrees'))).toBe(false);
	expect(readdirSync(bench.data)).toEqual([]);
	const locks = (folder: string) =>
		readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
			/(?:^|\/|\.)lock$/.test(path),
		);
	expect([...locks(bench.repo), ...locks(bench.data)]).toEqual([]);
	expect(leftovers(bench.data)).toEqual([]);
	// Its own session and those of the entrants are still where all sessions are.
	expect(readdirSync(join(bench.repo, '.agent-relay/sessions')).sort()).toEqual(ids.sort());
}
