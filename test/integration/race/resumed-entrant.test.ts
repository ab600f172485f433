/** An entrant whose relay died after its turn had ended, and before that was in the record of the race. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RaceRecord } from '../../../src/race/record/race-record.ts';
import { claude, claudeAnswers, claudeLimited, codexAnswers } from '../../helpers/fake-agent-lines.ts';
import { RaceBench } from '../../helpers/race-bench.ts';

let bench: RaceBench;
beforeEach(() => {
	bench = new RaceBench();
});
afterEach(() => bench.dispose());

/** The record as a crash left it: whatever the entrant came to is not in it. */
function forget(folder: string, record: RaceRecord): void {
	const entrants = record.entrants.map((one) => ({
		...one,
		state: 'working',
		outcome: null,
		ended_at: null,
	}));
	writeFileSync(join(folder, 'race.json'), JSON.stringify({ ...record, state: 'running', entrants }));
}

/** Races claude, forgets its end, and goes on. */
async function resumed(over: Parameters<RaceBench['race']>[1] = {}) {
	const { race, folder, record } = await bench.race('claude', over);
	forget(folder, record);
	const again = await bench.resume(race.id);
	const after = await again.run();
	await again.race.close();
	return { before: record.entrants[0], after: after.entrants[0] };
}

describe('an entrant that ended by itself', () => {
	it('stays as it ended when it is done: nobody is asked again', async () => {
		const wrote = { write: { path: 'answer.txt', text: '42\n' } };
		bench.install('claude', { turns: [[wrote, ...claudeAnswers('done')], claudeAnswers('twice')] });
		const { before, after } = await resumed({ checks: ['grep -q 42 answer.txt'] });
		expect(after).toMatchObject({ outcome: 'completed', diff: { files: 1 }, checks: [{ status: 'passed' }] });
		expect(after?.session_id).toBe(before?.session_id);
		expect(bench.received('claude')).toHaveLength(1);
	});

	it('stays as it ended when it failed, with the same reason', async () => {
		const fails = [{ emit: claude.init + claude.text('begun') }, { stderr: 'Error: gone\n' }, { exit: 1 }];
		bench.install('claude', { turns: [fails, claudeAnswers('twice')] });
		const { before, after } = await resumed();
		expect(after).toMatchObject({ outcome: 'failed', reason: before?.reason });
		expect(bench.received('claude')).toHaveLength(1);
	});
});

describe('an entrant that is limited still', () => {
	it('hands over at once in a race that hands over', async () => {
		const limited = claudeLimited(bench.clock.now() + 3_600_000);
		bench.install('claude', { turns: [limited, claudeAnswers('asked again')] });
		const { race, folder, record } = await bench.race('claude', { handover: true });
		expect(record.entrants[0]).toMatchObject({ outcome: 'limited', agents: ['claude'] });
		forget(folder, record);
		bench.install('codex', { turns: [codexAnswers('the second half')], nativeSession: 'thread-1' });
		const again = await bench.resume(race.id);
		const after = await again.run();
		await again.race.close();
		expect(after.entrants[0]).toMatchObject({ outcome: 'completed', agents: ['claude', 'codex'] });
		expect(bench.received('claude')).toHaveLength(1);
		expect(bench.received('codex')[0]?.prompt).toContain('Write the answer.');
		expect(bench.received('codex')[0]?.prompt).toContain('it met a usage limit');
	});

	it('is asked once more in a race that hands over, once its limit has been reset', async () => {
		const limited = claudeLimited(bench.clock.now() + 3_600_000);
		bench.install('claude', { turns: [limited, claudeAnswers('done')] });
		const { race, folder, record } = await bench.race('claude', { handover: true });
		forget(folder, record);
		bench.install('codex', { turns: [codexAnswers('never')], nativeSession: 'thread-1' });
		bench.clock.advance(3_600_001);
		const again = await bench.resume(race.id);
		const after = await again.run();
		await again.race.close();
		expect(after.entrants[0]).toMatchObject({ outcome: 'completed', agents: ['claude'] });
		expect(bench.received('codex')).toEqual([]);
	});
});
