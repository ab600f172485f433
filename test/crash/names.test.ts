import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliHome, type CliRun } from '../helpers/cli-home.ts';

let home: CliHome;
beforeEach(() => {
	home = new CliHome();
});
afterEach(() => home.remove());

describe('names', () => {
	it('are all kept of 200 that are created at once, from two worktrees', { timeout: 300_000 }, async () => {
		const other = join(home.base, 'other');
		home.git('worktree', 'add', '-q', other);
		const ids = Array.from({ length: 200 }, (_, at) => `n${String(at).padStart(3, '0')}`);
		const runs: CliRun[] = [];
		const todo = [...ids.entries()];
		await Promise.all(
			Array.from({ length: 20 }, async () => {
				for (let next = todo.pop(); next !== undefined; next = todo.pop())
					runs.push(
						await home.run(['name', 'create', next[1]], { cwd: next[0] % 2 === 0 ? home.repo : other }),
					);
			}),
		);
		expect(runs.filter(({ exitCode }) => exitCode !== 0)).toEqual([]);
		const { names } = JSON.parse(readFileSync(join(home.repo, '.agent-relay', 'names.json'), 'utf8'));
		expect(names.map(({ id }: { id: string }) => id).sort()).toEqual(ids);
		expect(new Set(names.map(({ worktree: path }: { worktree: string }) => path))).toEqual(
			new Set([home.repo, other]),
		);
	});
});
