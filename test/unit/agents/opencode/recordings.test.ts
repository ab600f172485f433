import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { opencodeAdapter } from '../../../../src/agents/opencode/adapter.ts';
import {
	answerText,
	asExpectation,
	type Fixture,
	fixtureNames,
	loadFixture,
	type ReplayOptions,
	replay,
	splitAt,
} from '../../../helpers/replay-fixture.ts';

const fixtures = fixtureNames('opencode').map((name) => loadFixture('opencode', name));
const named = (name: string) => loadFixture('opencode', name);

/** opencode's own spelling of a resumed session. */
function replayed(fixture: Fixture, options: ReplayOptions = {}) {
	const at = fixture.argv.indexOf('-s');
	const resumed = { resume: at >= 0, requestedSessionId: at < 0 ? null : (fixture.argv[at + 1] ?? null) };
	return replay(opencodeAdapter, fixture, { context: resumed, ...options });
}

describe('a recording of opencode', () => {
	it.each(fixtures.map(({ name }) => name))('%s is understood as a person would', (name) => {
		const fixture = named(name);
		expect(asExpectation(fixture, replayed(fixture))).toEqual(fixture.expect);
	});

	it('has one end a turn, and nothing but usage after it', () => {
		for (const fixture of fixtures) {
			const types = replayed(fixture).events.map(({ type }) => type);
			const ends = types.filter((type) => type === 'turn_ended');
			expect(ends, fixture.name).toHaveLength(1);
			const after = types.slice(types.indexOf('turn_ended') + 1);
			expect(
				after.filter((type) => type !== 'usage' && type !== 'session_started'),
				fixture.name,
			).toEqual([]);
		}
	});

	it.each(['talk-429-text', 'talk-429-tool', 'json-in-text'])('%s never gives a limit', (name) => {
		const { events, turn } = replayed(named(name));
		expect(events.filter(({ type }) => type === 'limit' || type === 'retry')).toEqual([]);
		expect(turn.limit).toBeNull();
	});

	it('gives the same events one byte at a time', () => {
		const byByte = (bytes: Buffer) => Array.from(bytes, (byte) => Buffer.of(byte));
		for (const name of [
			'429-forever-cut',
			'429-usage-limit',
			'unicode',
			'ask-autoreject',
			'resume-unknown-id',
		])
			expect(replayed(named(name), { split: byByte })).toEqual(replayed(named(name)));
	});

	it('gives the same events however the bytes are split', () => {
		const small = fixtures.filter(({ stdout }) => stdout.length < 40_000);
		fc.assert(
			fc.property(fc.constantFrom(...small), fc.array(fc.nat(40_000), { maxLength: 12 }), (fixture, cuts) => {
				const split = (bytes: Buffer) => splitAt(bytes, cuts);
				expect(replayed(fixture, { split })).toEqual(replayed(fixture));
			}),
		);
	});

	it('gives the same answer of 2 MB in pieces of 64 KB', () => {
		const fixture = named('big-answer-2mb');
		const split = (bytes: Buffer) =>
			splitAt(
				bytes,
				Array.from({ length: 40 }, (_, at) => at * 65_536),
			);
		expect(answerText(replayed(fixture, { split }).events)).toBe(answerText(replayed(fixture).events));
	});

	it('that was cut anywhere before its last step ended is never taken for a completed turn', () => {
		const fixture = named('edit-file');
		const whole = fixture.stdout.length - 2;
		fc.assert(
			fc.property(fc.nat(whole - 1), (bytes) => {
				const cut = { ...fixture, stdout: fixture.stdout.subarray(0, bytes) };
				const exit = { exitCode: null, signal: 'SIGKILL', stopRequested: null } as const;
				expect(replayed(cut, { exit }).turn.outcome).toBe('outcome_unknown');
			}),
		);
	});
});
