import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codexAdapter } from '../../../../src/agents/codex/adapter.ts';
import { parseRollout } from '../../../../src/agents/codex/native/rollout.ts';
import { readUsage } from '../../../../src/agents/codex/stream/usage.ts';
import { reportedReset } from '../../../../src/agents/reading/reported-reset.ts';
import {
	asExpectation,
	type Fixture,
	fixtureNames,
	loadFixture,
	type ReplayOptions,
	replay,
	splitAt,
} from '../../../helpers/replay-fixture.ts';

const fixtures = fixtureNames('codex').map((name) => loadFixture('codex', name));
const named = (name: string) =>
	fixtures.find((fixture) => fixture.name === name) ?? loadFixture('codex', name);

function nativeOf({ folder }: Fixture) {
	const path = join(folder, 'native/rollout-tail.jsonl');
	return existsSync(path) ? parseRollout(readFileSync(path, 'utf8')) : null;
}

function replayed(fixture: Fixture, options: ReplayOptions = {}) {
	const before = fixture.cumulativeBefore;
	return replay(codexAdapter, fixture, {
		native: nativeOf(fixture),
		cumulativeBefore: before === null ? null : readUsage(before),
		...options,
	});
}

/** The recording's reset is minute text; what is derived from it is checked by that text. */
const hasOnlyResetText = ({ expect: { limit } }: Fixture) =>
	limit?.reset_at === null && 'reset_text' in limit;

describe('a recording of codex', () => {
	it.each(fixtures.map(({ name }) => name))('%s is understood as a person would', (name) => {
		const fixture = named(name);
		const got = asExpectation(fixture, replayed(fixture));
		if (hasOnlyResetText(fixture) && got.limit !== null) got.limit.reset_at = null;
		expect(got).toEqual(fixture.expect);
	});

	it('has one end a turn, and nothing but housekeeping after it', () => {
		for (const fixture of fixtures) {
			const types = replayed(fixture).events.map(({ type }) => type);
			expect(
				types.filter((type) => type === 'turn_ended'),
				fixture.name,
			).toHaveLength(1);
			const after = types.slice(types.indexOf('turn_ended') + 1);
			expect(
				after.filter((type) => type !== 'utilization'),
				fixture.name,
			).toEqual([]);
		}
	});

	it.each(['talks-about-limits', 'talks-about-limits-tool-result'])('%s never gives a limit', (name) => {
		const { events, turn } = replayed(named(name));
		expect(events.filter(({ type }) => type === 'limit' || type === 'retry')).toEqual([]);
		expect(turn.limit).toBeNull();
	});

	it('gives the same events one byte at a time', () => {
		for (const name of ['shell-exit-3', 'limit-five-hour', 'unicode', 'resume-unknown-id']) {
			const fixture = named(name);
			const byByte = (bytes: Buffer) => Array.from(bytes, (byte) => Buffer.of(byte));
			expect(replayed(fixture, { split: byByte })).toEqual(replayed(fixture));
		}
	});

	it('gives the same events however the bytes are split', () => {
		const small = fixtures.filter(({ stdout }) => stdout.length < 20_000);
		fc.assert(
			fc.property(fc.constantFrom(...small), fc.array(fc.nat(20_000), { maxLength: 12 }), (fixture, cuts) => {
				const split = (bytes: Buffer) => splitAt(bytes, cuts);
				expect(replayed(fixture, { split })).toEqual(replayed(fixture));
			}),
		);
	});

	it('that was cut anywhere is never taken for a completed turn', () => {
		const fixture = named('edit-file');
		const whole = fixture.stdout.length - 2;
		fc.assert(
			fc.property(fc.nat(whole - 1), (bytes) => {
				const cut = { ...fixture, stdout: fixture.stdout.subarray(0, bytes) };
				const exit = { exitCode: null, signal: 'SIGKILL', stopRequested: null } as const;
				expect(replayed(cut, { exit, native: null }).turn.outcome).toBe('outcome_unknown');
			}),
		);
	});
});

describe('the reset of a plan window', () => {
	it('is exact when the record of the thread has it', () => {
		const { turn } = replayed(named('limit-five-hour'));
		expect(turn.limit).toMatchObject({ confidence: 'exact', window: 'primary', scope: 'account' });
		expect(turn.utilization).toContainEqual({ window: 'secondary', ratio: 0.34, resetAt: 1795647811000 });
	});

	it('is derived from the sentence when the record is missing', () => {
		for (const name of ['limit-five-hour', 'limit-free-plan-no-headers']) {
			const { turn } = replayed(named(name), { native: null });
			const resetAt = turn.limit?.resetAt ?? 0;
			const text = JSON.parse(readFileSync(join(named(name).folder, 'result.json'), 'utf8')).expect.limit
				.reset_text;
			expect(turn.limit).toMatchObject({ kind: 'window', confidence: 'derived', window: null });
			expect(new Date(resetAt).toLocaleTimeString('en-US', { timeStyle: 'short' }).replace(/\s/g, ' ')).toBe(
				text,
			);
		}
	});

	it('is seen in the stream at the failed turn, before the process ends', () => {
		const parser = codexAdapter.parser({
			requestedSessionId: null,
			resume: false,
			requestedModel: null,
			cumulativeBefore: null,
			now: () => 0,
		});
		const types = parser.push(named('limit-five-hour').stdout).map(({ type }) => type);
		expect(types.slice(-2)).toEqual(['limit', 'turn_ended']);
	});

	it('is read with a date, and without one on the day it is read', () => {
		const now = new Date(2026, 10, 21, 8, 0).getTime();
		const dated = reportedReset('… or try again at Nov 24th, 2026 7:50 AM.', now);
		expect(dated).toBe(new Date(2026, 10, 24, 7, 50).getTime());
		expect(reportedReset('Try again at 12:05 PM.', now)).toBe(new Date(2026, 10, 21, 12, 5).getTime());
		expect(reportedReset('Try again later.', now)).toBeNull();
	});

	it('that was named just before midnight is not a day ahead when read just after', () => {
		const now = new Date(2026, 10, 22, 0, 0, 5).getTime();
		expect(reportedReset('try again at 11:59 PM', now)).toBe(new Date(2026, 10, 21, 23, 59).getTime());
	});
});

describe('the tokens of a resumed turn', () => {
	it('are unknown rather than those of the whole thread when the total before is unknown', () => {
		const { turn } = replayed(named('resume-turn-2'), { cumulativeBefore: null, native: null });
		expect(turn.tokens.input).toBeNull();
		expect(turn.cumulative).toMatchObject({ input: 2200, cacheRead: 2300, output: 70 });
	});

	it('come from the record when the total before is unknown', () => {
		const tokens = { input: 7, output: 3, cacheRead: 0, cacheWrite: 0, reasoning: 0 };
		const { turn } = replayed(named('resume-turn-2'), { cumulativeBefore: null, native: { tokens } });
		expect(turn.tokens).toEqual(tokens);
	});

	it('are not those of the turn before when this one was cut off before it reached the record', () => {
		const before = { input: 1300, output: 70, cacheRead: 0, cacheWrite: 0, reasoning: 0 };
		const cut = { ...named('resume-turn-2'), stdout: Buffer.alloc(0) };
		const native = { tokens: { ...before, input: 100 }, cumulative: before };
		expect(replayed(cut, { cumulativeBefore: before, native }).turn.tokens.input).toBeNull();
	});

	it('are counted from zero when codex began a new thread instead', () => {
		const stale = { input: 9000, output: 900, cacheRead: 0, cacheWrite: 0, reasoning: 0 };
		const { turn, events } = replayed(named('resume-not-a-uuid'), { cumulativeBefore: stale });
		expect(turn.tokens).toMatchObject({ input: 1200, output: 40 });
		expect(events).toContainEqual(expect.objectContaining({ type: 'error', code: 'session_mismatch' }));
	});
});

describe('a retry of codex', () => {
	const retries = (name: string) => replayed(named(name)).events.filter((event) => event.type === 'retry');

	it('carries its count and the announced wait', () => {
		expect(retries('429-long-wait-killed')[0]).toMatchObject({
			reason: 'rate',
			attempt: 1,
			maxAttempts: 5,
			delayMs: 3_600_000,
		});
		expect(retries('429-transient-retry-after')[0]).toMatchObject({ reason: 'rate', delayMs: null });
	});

	it('is classified by its cause', () => {
		const reasons = ['auth-401', 'server-500-forever', 'connection-refused', 'disconnect-default-retries'];
		expect(reasons.map((name) => retries(name)[0]?.reason)).toEqual(['auth', 'server', 'network', 'network']);
		expect(retries('connection-refused-unbounded-killed')[0]).toMatchObject({
			reason: 'network',
			attempt: null,
		});
	});
});
