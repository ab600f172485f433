import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claudeAnswers } from '../helpers/fake-agent-lines.ts';
import { RaceBench } from '../helpers/race-bench.ts';

let bench: RaceBench;
beforeEach(() => {
	bench = new RaceBench();
});
afterEach(() => bench.dispose());

describe('a race', () => {
	it('of twelve demo agents at once ends with twelve complete records', async () => {
		const names = Array.from({ length: 12 }, (_, at) => `demo-${at % 2 ? 'closer' : 'sprinter'}:m${at}`);
		bench.env.PATH += `:${dirname(process.execPath)}`;
		bench.env.DEMO_AGENT_PACE_MS = '0';
		const { record, deps } = await bench.race(names.join(','), { jobs: 12, checks: ['test -f README.md'] });
		expect(record.entrants.map(({ outcome, reason }) => reason ?? outcome)).toEqual(
			Array(12).fill('completed'),
		);
		expect(record.entrants.every(({ commit, tree }) => commit !== null && tree !== null)).toBe(true);
		const sessions = deps.relay.store.list().filter(({ meta }) => meta?.parent === record.id);
		expect(sessions.map(({ status }) => status)).toEqual(Array(12).fill('completed'));
	});

	it('of twelve that all write keeps what each wrote', async () => {
		bench.install('claude', { turns: [[{ run: 'basename "$PWD" > who' }, ...claudeAnswers('done')]] });
		const names = Array.from({ length: 12 }, (_, at) => `claude:m${at}`);
		const { record } = await bench.race(names.join(','), { jobs: 12, checks: ['test -s who'] });
		expect(record.entrants.map(({ id, ref }) => [id, bench.kept(ref, 'who')])).toEqual(
			names.map((_, at) => [`claude-m${at}`, `claude-m${at}\n`]),
		);
		expect(record.entrants.map(({ checks }) => checks[0]?.status)).toEqual(Array(12).fill('passed'));
	});
});
