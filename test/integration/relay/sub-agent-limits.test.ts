/** A limit of a sub-agent's model is not one of the agent that works. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { benchConfig, EngineBench } from '../../helpers/engine-bench.ts';
import { claude, claudeAnswers, line } from '../../helpers/fake-agent-lines.ts';

let bench: EngineBench;

beforeEach(() => {
	bench = new EngineBench();
});
afterEach(() => bench.dispose());

const HOUR = 3_600_000;
const rejected = (window: string) =>
	line({
		type: 'rate_limit_event',
		rate_limit_info: {
			status: 'rejected',
			resetsAt: Math.floor((bench.clock.now() + HOUR) / 1000),
			rateLimitType: window,
		},
		session_id: '{{session}}',
	});
const REVIEWER = claude.subAgent('a1', 'opus');

describe('a sub-agent whose model is refused', () => {
	it('stops nothing, is said, and is in the ledger for that model alone', async () => {
		const goesOn = {
			emit:
				claude.toolResult('a1', 'refused', true) + claude.text('I do it myself.') + claude.result('Done.'),
		};
		bench.install('claude', {
			turns: [
				[{ emit: claude.init + REVIEWER + rejected('seven_day_opus') }, { sleep: 1000 }, goesOn, { exit: 0 }],
			],
		});
		const it = await bench.relay();

		const { state } = await it.send('review it');

		expect(state).toMatchObject({
			status: 'completed',
			limit: null,
			refused_models: [{ model: 'opus', limit: { window: 'seven_day_opus' } }],
			warnings: [expect.stringMatching(/^A sub-agent was refused its model opus: /)],
		});
		const { ledger } = it.deps;
		expect(ledger.entries().map(({ agent, model }) => [agent, model])).toEqual([['claude', 'opus']]);
		const account = ledger.entries()[0]?.account ?? '';
		const isLimited = (model: string | null) =>
			ledger.isLimited({ agent: 'claude', account, model }) !== null;
		expect([null, 'sonnet', 'claude-sonnet-4-5'].map(isLimited)).toEqual([false, false, false]);
		expect(['opus', 'claude-opus-5-5'].map(isLimited)).toEqual([true, true]);
	});

	it('does not keep a limit of the agent itself from being one', async () => {
		const refused = {
			emit: claude.toolResult('a1', 'refused', true) + claude.windowLimit(bench.clock.now() + HOUR),
		};
		bench.install('claude', {
			turns: [
				[{ emit: claude.init + REVIEWER + rejected('seven_day_opus') }, { sleep: 600 }, refused, { exit: 1 }],
			],
		});
		const it = await bench.relay({ order: ['claude'] }, { config: benchConfig() });

		await it.send('review it');

		expect(it.states()[0]).toMatchObject({ status: 'limited', limit: { window: 'five_hour' } });
		expect(it.deps.ledger.entries().map(({ model }) => model)).toEqual(['*', 'opus']);
	});
});

describe('a limit that the main conversation is answered after', () => {
	it('does not stop the turn', async () => {
		bench.install('claude', {
			turns: [
				[
					// At once: a busy machine may take longer than the grace of a limit between two of them.
					{ emit: claude.init + rejected('five_hour') + claude.text('On.') },
					{ sleep: 1200 },
					{ emit: claude.text('Done.') + claude.result('Done.') },
					{ exit: 0 },
				],
				claudeAnswers('never'),
			],
		});
		const it = await bench.relay();

		const { state } = await it.send('work');

		expect(state).toMatchObject({ status: 'completed', limit: null, exit_code: 0 });
		expect(it.deps.ledger.entries()).toEqual([]);
	});
});
