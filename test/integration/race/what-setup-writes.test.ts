import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseSessionId } from '../../../src/core/ids.ts';
import { runProcess } from '../../../src/core/processes/run-process.ts';
import { createGit } from '../../../src/git/run-git.ts';
import { adopt } from '../../../src/race/adopt/adopt.ts';
import type { AdoptDeps } from '../../../src/race/adopt/adopt-deps.ts';
import { raceDiff } from '../../../src/race/adopt/race-diff.ts';
import { applyClean, planClean } from '../../../src/race/clean/clean.ts';
import type { RaceDeps } from '../../../src/race/race-contract.ts';
import { claudeAnswers } from '../../helpers/fake-agent-lines.ts';
import { entrantOf, RaceBench } from '../../helpers/race-bench.ts';

let bench: RaceBench;
beforeEach(() => {
	bench = new RaceBench();
});
afterEach(() => bench.dispose());

const SETUP = 'mkdir -p lib; echo made > lib/made; echo lock >> README.md; date +%N > stamp';

const USER = {
	GIT_AUTHOR_NAME: 'Ada',
	GIT_AUTHOR_EMAIL: 'ada@example.com',
	GIT_COMMITTER_NAME: 'Ada',
	GIT_COMMITTER_EMAIL: 'ada@example.com',
};

function adoptDeps({ relay }: RaceDeps): AdoptDeps {
	return {
		git: createGit({ executable: '/usr/bin/git', env: bench.env, runProcess }),
		repo: relay.repo,
		store: relay.store,
		clock: relay.clock,
		env: { ...bench.env, ...USER },
	};
}

function idOf(text: string) {
	const id = parseSessionId(text);
	if (id === null) throw new Error('a race has an id');
	return id;
}

describe('what a setup writes', () => {
	it('is in no figure, no diff and no adoption of the entrant', async () => {
		const answer = { write: { path: 'answer.txt', text: '42\n' } };
		bench.install('claude', { turns: [[answer, ...claudeAnswers('done')]] });
		const { record, deps, race } = await bench.race('claude:a,claude:b', {
			setup: SETUP,
			checks: ['test -f lib/made'],
		});
		const [first, second] = record.entrants;
		if (first === undefined || second === undefined) throw new Error('two entrants');
		expect(first).toMatchObject({ outcome: 'completed', diff: { files: 1, added: 1, removed: 0 } });
		expect(first.checks).toMatchObject([{ status: 'passed' }]);
		expect(first.tree).toBe(second.tree);
		expect(await raceDiff(record, first, null, adoptDeps(deps))).toMatch(
			/^diff --git a\/answer\.txt(?![\s\S]*diff --git)/,
		);
		expect(await raceDiff(record, first, second, adoptDeps(deps))).toBe('');
		await race.close();

		const before = readFileSync(join(bench.repo, 'README.md'), 'utf8');
		const taken = await adopt(
			{ record, entrant: first.id, mode: { kind: 'files', merge: false } },
			adoptDeps(deps),
		);
		expect(taken).toMatchObject({ status: 'adopted', written: [{ path: 'answer.txt', change: 'added' }] });
		expect(readFileSync(join(bench.repo, 'README.md'), 'utf8')).toBe(before);
		expect(existsSync(join(bench.repo, 'lib'))).toBe(false);
		const branch = await adopt(
			{ record, entrant: second.id, mode: { kind: 'branch', name: 'taken' } },
			adoptDeps(deps),
		);
		expect(branch.status).toBe('adopted');
		expect(bench.git('diff', '--name-only', record.base.commit, 'taken')).toBe('answer.txt\n');
	});

	it('counts where the agent changed the same file, which is adopted as it left it', async () => {
		bench.install('claude', {
			turns: [[{ run: 'echo own >> README.md; rm stamp' }, ...claudeAnswers('done')]],
		});
		const { record, deps, race } = await bench.race('claude', { setup: SETUP });
		expect(entrantOf(record, 'claude').diff).toMatchObject({ files: 1, added: 2 });
		await race.close();
		await adopt({ record, entrant: 'claude', mode: { kind: 'files', merge: false } }, adoptDeps(deps));
		expect(readFileSync(join(bench.repo, 'README.md'), 'utf8')).toMatch(/lock\nown\n$/);
	});

	it('is kept beside the work, with what a check made of it, and does not stand in the way of a clean', async () => {
		const answer = { write: { path: 'answer.txt', text: '42\n' } };
		bench.install('claude', { turns: [[answer, ...claudeAnswers('done')]] });
		const { record, deps, race } = await bench.race('claude', { setup: SETUP, checks: ['rm lib/made'] });
		const { ref } = entrantOf(record, 'claude');
		expect(bench.kept(ref, 'lib/made')).toBeNull();
		expect(bench.kept(`${ref}+found`, 'lib/made')).toBe('made\n');
		expect(bench.kept(`${ref}+found`, 'answer.txt')).toBeNull();
		expect(bench.kept(`${ref}+all`, 'lib/made')).toBe('made\n');
		expect(bench.kept(`${ref}+all`, 'answer.txt')).toBe('42\n');
		expect(bench.kept(`${ref}+checks`, 'stamp')).not.toBeNull();
		await race.close();
		const plan = await planClean(idOf(record.id), deps);
		expect(plan.entrants.map(({ refusals }) => refusals)).toEqual([[]]);
		await applyClean(plan, deps);
		expect(bench.git('for-each-ref', 'refs/agent-relay')).toBe('');
	});

	it('alone is no change', async () => {
		bench.install('claude', { turns: [claudeAnswers('done')] });
		const { record } = await bench.race('claude', { setup: SETUP });
		expect(entrantOf(record, 'claude')).toMatchObject({ diff: { files: 0 }, notes: ['changed nothing'] });
	});

	it('counts no more when it was copied in', async () => {
		bench.install('claude', { turns: [claudeAnswers('done')] });
		bench.write('local.txt', 'own\n');
		const { record } = await bench.race('claude', { copy: ['local.txt'] });
		expect(entrantOf(record, 'claude')).toMatchObject({ diff: { files: 0 }, notes: ['changed nothing'] });
	});
});
