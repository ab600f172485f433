import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliHome } from '../helpers/cli-home.ts';
import { startProgram } from '../helpers/crash-program.ts';
import { killCount, killTimes } from '../helpers/kills.ts';

let cli: CliHome;
beforeEach(() => {
	cli = new CliHome();
	const keeps = (name: string) => `cat >>$HOME/${name}.txt; echo ${name} did it`;
	cli.configureAgents({ one: keeps('one'), two: keeps('two') }, '[agents]\norder = ["one"]\n');
});
afterEach(() => cli.remove());

const INSTANTS = killCount(10);

describe('a hand-off that is killed', () => {
	it('leaves the session as it was or with a whole packet, at whatever instant, and both continue', async () => {
		const seen = new Set<string>();
		let wholeTook = 0;
		const times = killTimes(INSTANTS, {
			from: 1 / 3,
			tookMs: () => wholeTook,
			allTooLate: () => !seen.has('as it was'),
		});
		for (const afterMs of times) {
			const end = await cli.run(['run', '-a', 'one', '--json', 'Say what you are.']);
			const id = /"session_id":"(\w{26})"/.exec(end.stdout)?.[1] ?? '';
			const folder = join(cli.repo, '.agent-relay/sessions', id);
			const run = startProgram({ cwd: cli.repo, env: cli.env }, 'handoff', id, '--to', 'two');
			if (afterMs !== null) {
				await sleep(afterMs);
				run.kill('SIGKILL');
			}
			const { tookMs } = await run.ended;
			if (afterMs === null) wholeTook = tookMs;
			const { checkpoint } = JSON.parse(readFileSync(join(folder, 'meta.json'), 'utf8'));
			seen.add(checkpoint === null ? 'as it was' : 'handed off');
			if (checkpoint !== null) {
				expect(checkpoint).toMatchObject({ reason: 'handoff', next_agent: 'two' });
				for (const path of [checkpoint.packet, checkpoint.packet.replace(/md$/, 'json')])
					expect(existsSync(join(folder, path))).toBe(true);
				expect(readFileSync(join(folder, checkpoint.packet), 'utf8')).toContain('Where to read more');
			}
			const again = await cli.run(['handoff', id, '--to', 'two', '--run']);
			expect(again).toMatchObject({ exitCode: 0 });
			const after = JSON.parse(readFileSync(join(folder, 'meta.json'), 'utf8'));
			expect(after).toMatchObject({ status: 'completed', turn_count: 2, active_agent: 'two' });
		}
		expect([...seen].sort()).toEqual(['as it was', 'handed off']);
	}, 300_000);
});
