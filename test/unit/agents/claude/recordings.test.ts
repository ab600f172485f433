import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { claudeAdapter } from '../../../../src/agents/claude/adapter.ts';
import {
	asExpectation,
	fixtureNames,
	loadFixture,
	replay,
	splitAt,
} from '../../../helpers/replay-fixture.ts';

const fixtures = fixtureNames('claude').map((name) => loadFixture('claude', name));
const fixture = (name: string) => loadFixture('claude', name);
const BIG_BYTES = 100_000;

describe('the recordings of claude', () => {
	it.each(fixtures.map((one) => [one.name, one] as const))('%s gives the expected result', (_name, one) => {
		const result = replay(claudeAdapter, one);
		expect(asExpectation(one, result)).toEqual(one.expect);
		const ends = result.events.filter((event) => event.type === 'turn_ended');
		expect(ends.at(-1)).toEqual({
			type: 'turn_ended',
			outcome: one.expect.status,
			stopReason: one.expect.stop_reason,
		});
		const continued = result.events.filter((event) => event.type === 'continued');
		expect(ends.length, 'another end only after continuing').toBeLessThanOrEqual(1 + continued.length);
	});

	it.each(['plain-text', 'partial-messages', 'bad-flag', 'resume-unknown-id', 'unicode', 'subagent'])(
		'%s gives the same events byte by byte',
		(name) => {
			const one = fixture(name);
			const split = (bytes: Buffer) => Array.from(bytes, (byte) => Buffer.of(byte));
			expect(replay(claudeAdapter, one, { split })).toEqual(replay(claudeAdapter, one));
		},
	);

	it('give the same events wherever the bytes are cut', () => {
		const small = fixtures.filter((one) => one.stdout.length < BIG_BYTES);
		fc.assert(
			fc.property(
				fc.constantFrom(...small),
				fc.array(fc.nat({ max: BIG_BYTES }), { maxLength: 40 }),
				(one, places) => {
					const split = (bytes: Buffer) => splitAt(bytes, places);
					expect(replay(claudeAdapter, one, { split })).toEqual(replay(claudeAdapter, one));
				},
			),
			{ numRuns: 150 },
		);
	});

	it('give the same events when a big answer comes in pieces', () => {
		const one = fixture('big-400kb');
		const split = (bytes: Buffer) =>
			splitAt(bytes, [1, 4095, 4096, 65_536, 65_537, 131_072, 200_001, 400_000]);
		expect(replay(claudeAdapter, one, { split })).toEqual(replay(claudeAdapter, one));
	});

	it('end as outcome_unknown when a killed turn was not stopped by the relay', () => {
		for (const name of ['429-forever-killed', 'auth-401-api-key-killed', 'sigterm-mid-tool']) {
			const one = fixture(name);
			const { turn } = replay(claudeAdapter, one, { exit: { ...one.exit, stopRequested: null } });
			expect([name, turn.outcome, turn.stopReason]).toEqual([name, 'outcome_unknown', null]);
		}
	});

	it('that only talk about limits raise neither a limit nor a retry', () => {
		for (const name of ['talks-about-limits', 'talks-about-limits-tool-result']) {
			const { events, turn } = replay(claudeAdapter, fixture(name));
			expect(events.filter((event) => event.type === 'limit' || event.type === 'retry')).toEqual([]);
			expect(turn.limit).toBeNull();
		}
	});

	it('show a plan-window limit before any text, with its rule and its evidence', () => {
		const { events } = replay(claudeAdapter, fixture('limit-five-hour'));
		expect(events.map((event) => event.type)).toEqual(['session_started', 'limit', 'usage', 'turn_ended']);
		const [, limit] = events;
		expect(limit).toMatchObject({
			limit: {
				window: 'five_hour',
				scope: 'account',
				confidence: 'exact',
				source: { channel: 'event', rule: 'claude:rate_limit_event.rejected' },
			},
		});
	});

	it('distinguish a model window from an account window', () => {
		const { turn } = replay(claudeAdapter, fixture('limit-seven-day-opus'));
		expect(turn.limit).toMatchObject({ scope: 'model', window: 'seven_day_opus' });
	});

	it('report how full a window is when it is nearly used up', () => {
		const { turn } = replay(claudeAdapter, fixture('limit-warning-five-hour'));
		expect(turn.utilization).toEqual([{ window: 'five_hour', ratio: 0.93, resetAt: 1_795_254_893_000 }]);
	});

	it('follow a numbered plan to its last state', () => {
		const { events } = replay(claudeAdapter, fixture('plan-tasks'));
		expect(events.filter((event) => event.type === 'plan').at(-1)).toEqual({
			type: 'plan',
			items: [
				{ text: 'Read code', status: 'completed' },
				{ text: 'Fix bug', status: 'pending' },
			],
		});
	});

	it('mark refused calls as denied and failed ones as failed', () => {
		const denials = (name: string) =>
			replay(claudeAdapter, fixture(name)).events.flatMap((event) =>
				event.type === 'tool_result' ? [event.denied] : [],
			);
		expect(denials('permission-read-only-preset')).toEqual([true, true, false]);
		expect(denials('permission-edit-preset-shell')).toEqual([true, false, true]);
		expect(denials('hook-events')).toEqual([true]);
		expect(denials('shell-exit-3')).toEqual([false]);
	});

	it('report exit codes of shell commands and nothing for other tools', () => {
		const codes = (name: string) =>
			replay(claudeAdapter, fixture(name)).events.flatMap((event) =>
				event.type === 'tool_result' ? [event.exitCode] : [],
			);
		expect(codes('shell-exit-3')).toEqual([3]);
		expect(codes('shell-ok')).toEqual([0]);
		expect(codes('background-shell-left')).toEqual([null]);
		expect(codes('edit-file')).toEqual([null, null]);
	});
});
