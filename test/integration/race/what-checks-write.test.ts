import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseSessionId } from '../../../src/core/ids.ts';
import { applyClean, planClean } from '../../../src/race/clean/clean.ts';
import { claudeAnswers } from '../../helpers/fake-agent-lines.ts';
import { entrantOf, RaceBench } from '../../helpers/race-bench.ts';

let bench: RaceBench;
beforeEach(() => {
	bench = new RaceBench();
});
afterEach(() => bench.dispose());

describe('what a check writes', () => {
	it('is no work of the entrant, is kept beside it, and does not stand in the way of a clean', async () => {
		const answer = { write: { path: 'answer.txt', text: '42\n' } };
		bench.install('claude', { turns: [[answer, ...claudeAnswers('done')]] });
		const { record, deps, race } = await bench.race('claude', { checks: ['mkdir cov; echo x > cov/report'] });
		const { ref, diff } = entrantOf(record, 'claude');
		expect(diff).toMatchObject({ files: 1 });
		expect(bench.git('ls-tree', '-r', '--name-only', ref)).not.toContain('cov/report');
		expect(bench.kept(`${ref}+checks`, 'cov/report')).toBe('x\n');
		await race.close();

		const id = parseSessionId(record.id);
		if (id === null) throw new Error('a race has an id');
		const plan = await planClean(id, deps);
		await applyClean(plan, deps);
		expect(bench.git('for-each-ref', 'refs/agent-relay')).toBe('');
		expect(bench.git('worktree', 'list').trim().split('\n')).toHaveLength(1);
	});
});
