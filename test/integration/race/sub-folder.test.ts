/** A race that is started in a folder of the checkout: entrants, setup and checks work in that folder of their worktrees. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claudeAnswers, claudeLimited } from '../../helpers/fake-agent-lines.ts';
import { entrantOf, RaceBench } from '../../helpers/race-bench.ts';

let bench: RaceBench;
beforeEach(() => {
	bench = new RaceBench();
	mkdirSync(join(bench.repo, 'api'));
	bench.write('api/a.txt', 'a\n');
	bench.write('.gitignore', 'local.env\nsetup.txt\n');
	bench.git('add', '-A');
	bench.git('commit', '-qm', 'an api');
});
afterEach(() => bench.dispose());

const cwds = () => bench.received('claude').map(({ cwd }) => cwd);

describe('a race in a folder of the checkout', () => {
	it('has its entrants, its setup, its checks and what it copies in the same folder of each worktree', async () => {
		bench.install('claude', { turns: [[{ run: 'echo 42 > answer.txt' }, ...claudeAnswers('done')]] });
		bench.write('api/local.env', 'KEY=1\n');
		bench.folder = join(bench.repo, 'api');

		const { record, worktree } = await bench.race('claude', {
			copy: ['local.env'],
			setup: 'cat local.env > setup.txt',
			checks: ['grep -q 42 answer.txt && grep -q KEY setup.txt'],
		});

		expect(cwds()).toEqual([join(worktree('claude'), 'api')]);
		const { outcome, checks, ref, notes } = entrantOf(record, 'claude');
		expect([outcome, checks.map(({ status }) => status), notes]).toEqual(['completed', ['passed'], []]);
		expect(bench.kept(ref, 'api/answer.txt')).toBe('42\n');
	});

	it('goes on there too, wherever it is resumed, and hands over no more than before', async () => {
		bench.install('claude', {
			turns: [claudeLimited(bench.clock.now() + 3_600_000), claudeAnswers('done')],
		});
		bench.install('codex', { turns: [[{ exit: 1 }]] });
		bench.folder = join(bench.repo, 'api');
		const { race, worktree } = await bench.race('claude');
		bench.clock.advance(2 * 3_600_000);
		bench.folder = bench.repo;

		const resumed = await bench.resume(race.id);
		const record = await resumed.run();

		expect(entrantOf(record, 'claude').outcome).toBe('completed');
		const api = join(worktree('claude'), 'api');
		expect(cwds()).toEqual([api, api]);
		expect(bench.received('codex')).toEqual([]);
	});

	it('works at the root, and says so, where the base does not have the folder', async () => {
		bench.install('claude', { turns: [claudeAnswers('done')] });
		mkdirSync(join(bench.repo, 'web'));
		bench.folder = join(bench.repo, 'web');

		const { record, worktree } = await bench.race('claude', { checks: ['test -d api'] });

		expect(cwds()).toEqual([worktree('claude')]);
		const { checks, notes } = entrantOf(record, 'claude');
		expect(checks.map(({ status }) => status)).toEqual(['passed']);
		expect(notes).toContain('web/ is not in the base; it works at the root');
	});
});
