import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { leftovers } from '../../helpers/engine-bench.ts';
import { claude, claudeAnswers } from '../../helpers/fake-agent-lines.ts';
import { entrantOf, RaceBench } from '../../helpers/race-bench.ts';
import { canMount, fillDisk, mountSmallDisk } from '../../helpers/small-disk.ts';

let bench: RaceBench;
let unmount: () => void;
beforeEach(() => {
	bench = new RaceBench();
});
afterEach(async () => {
	unmount();
	await bench.dispose();
});

/** Makes `folder` a disk of 4 MiB. */
function mountAt(folder: string): void {
	unmount = mountSmallDisk(folder, 4096).unmount;
}

describe.skipIf(!canMount)('a disk that is full in mid-race', () => {
	it('stops the race with a clear word, and the record is gone on with', async () => {
		const disk = join(bench.repo, '.agent-relay');
		mountAt(disk);
		const talk = Array.from({ length: 40 }, (_, at) => ({
			emit: claude.text(`step ${at} ${'x'.repeat(20_000)}`),
			sleep: 30,
		}));
		bench.install('claude', {
			turns: [[{ emit: claude.init }, ...talk, { sleep: 60_000 }], claudeAnswers('done')],
		});
		const { race, run, onDisk } = await bench.start('claude', { jobs: 1 });
		let isFull = false;
		bench.onEvent = (event) => {
			if (isFull || event.type !== 'entrant_event' || event.event.type !== 'agent_event') return;
			isFull = true;
			fillDisk(join(disk, 'filler'));
		};
		await expect(run()).rejects.toMatchObject({
			code: 'disk_full',
			message: expect.stringContaining('no space left to write'),
		});
		await race.close();
		expect(leftovers(bench.root)).toEqual([]);
		expect(onDisk()).toMatchObject({ state: 'running', winner: null });

		rmSync(join(disk, 'filler'));
		bench.onEvent = () => undefined;
		const resumed = await bench.resume(race.id);
		const record = await resumed.run();
		await resumed.race.close();
		expect(record.state).toBe('ended');
		expect(record.entrants.map(({ outcome }) => outcome)).toEqual(['completed']);
	});

	it('ends an entrant whose worktree has no room, and lets the one that works go on', async () => {
		mountAt(bench.data);
		writeFileSync(join(bench.repo, 'large.bin'), randomBytes(2_500_000));
		bench.git('add', '-A');
		bench.git('commit', '-qm', 'large');
		bench.install('claude', {
			turns: [[{ write: { path: 'answer.txt', text: '42' } }, ...claudeAnswers('done')]],
		});
		const { record } = await bench.race('claude,claude:late', { jobs: 1 });
		expect(record).toMatchObject({ state: 'ended', winner: 'claude' });
		expect(entrantOf(record, 'claude-late')).toMatchObject({
			outcome: 'not_started',
			reason: expect.stringMatching(/no space left.+; free some space/s),
		});
		expect(readdirSync(record.folder).sort()).toEqual(['claude', 'owner.json']);
	});
});
