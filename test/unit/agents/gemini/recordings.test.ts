import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { geminiAdapter } from '../../../../src/agents/gemini/adapter.ts';
import { parseSessionRecord } from '../../../../src/agents/gemini/native/session-record.ts';
import {
	answerText,
	asExpectation,
	type Expectation,
	type Fixture,
	fixtureNames,
	loadFixture,
	type ReplayOptions,
	replay,
	splitAt,
} from '../../../helpers/replay-fixture.ts';

const fixtures = fixtureNames('gemini').map((name) => loadFixture('gemini', name));
const named = (name: string) => loadFixture('gemini', name);

/** When the recording began, by its own first line. */
function startedAt({ stdout }: Fixture): number {
	return Date.parse(/"timestamp":"([^"]+)"/.exec(stdout.toString())?.[1] ?? '2026-11-21T08:00:00.000Z');
}

function nativeOf(fixture: Fixture) {
	const path = join(fixture.folder, 'native-session.jsonl');
	return existsSync(path) ? parseSessionRecord(readFileSync(path, 'utf8'), startedAt(fixture) - 1) : null;
}

function replayed(fixture: Fixture, options: ReplayOptions = {}) {
	const at = startedAt(fixture);
	return replay(geminiAdapter, fixture, { context: { now: () => at }, ...options });
}

/** The recordings leave out a cost, which gemini never reports. */
function expected(fixture: Fixture, withNative: boolean): Expectation {
	const { usage, tools } = fixture.expect;
	return {
		...fixture.expect,
		usage: usage === null ? null : { ...usage, cost_usd: null },
		tools: tools.map((tool) => {
			const { with_native_session: native } = tool as { with_native_session?: { ok: boolean } };
			return withNative && native !== undefined ? { ...tool, ok: native.ok } : tool;
		}),
	};
}

describe('a recording of gemini', () => {
	it.each(fixtures.map(({ name }) => name))('%s is understood as a person would', (name) => {
		const fixture = named(name);
		expect(asExpectation(fixture, replayed(fixture))).toEqual(expected(fixture, false));
		const native = nativeOf(fixture);
		expect(asExpectation(fixture, replayed(fixture, { native }))).toEqual(expected(fixture, true));
	});

	it('has one end a turn, and nothing after it', () => {
		for (const fixture of fixtures) {
			const types = replayed(fixture).events.map(({ type }) => type);
			const ends = types.filter((type) => type === 'turn_ended');
			expect(ends, fixture.name).toHaveLength(1);
			expect(types.at(-1), fixture.name).toBe('turn_ended');
		}
	});

	it.each(['talk-429-stderr', 'talk-429-text', 'talk-429-tool', 'json-in-text'])(
		'%s never gives a limit',
		(name) => {
			const { events, turn } = replayed(named(name));
			expect(events.filter(({ type }) => type === 'limit' || type === 'retry')).toEqual([]);
			expect(turn.limit).toBeNull();
		},
	);

	it('gives the same events one byte at a time', () => {
		const byByte = (bytes: Buffer) => Array.from(bytes, (byte) => Buffer.of(byte));
		for (const name of ['429-retry-ok', '429-plan-quota', 'unicode', 'talk-429-stderr', '503-overloaded'])
			expect(replayed(named(name), { split: byByte })).toEqual(replayed(named(name)));
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

	it('gives the same answer of 2 MB in pieces of 64 KB', () => {
		const fixture = named('big-answer-2mb');
		const split = (bytes: Buffer) =>
			splitAt(
				bytes,
				Array.from({ length: 40 }, (_, at) => at * 65_536),
			);
		expect(answerText(replayed(fixture, { split }).events)).toBe(answerText(replayed(fixture).events));
	});

	it('that was cut anywhere before its result is never taken for a completed turn', () => {
		const fixture = named('edit-file');
		const whole = fixture.stdout.length - 2;
		fc.assert(
			fc.property(fc.nat(whole - 1), fc.constantFrom(0, null), (bytes, exitCode) => {
				const cut = { ...fixture, stdout: fixture.stdout.subarray(0, bytes) };
				const signal = exitCode === null ? 'SIGKILL' : null;
				const exit = { exitCode, signal, stopRequested: null } as const;
				expect(replayed(cut, { exit }).turn.outcome).toBe('outcome_unknown');
			}),
		);
	});
});

describe('a limit of gemini', () => {
	it('of the plan is certain at its first line, with the reset that the line reports', () => {
		const fixture = named('429-plan-quota');
		const parser = geminiAdapter.parser({
			requestedSessionId: null,
			resume: false,
			requestedModel: null,
			cumulativeBefore: null,
			now: () => 1000,
		});
		parser.push(fixture.stdout);
		expect(parser.stderr(fixture.stderr)).toEqual([
			{
				type: 'limit',
				limit: expect.objectContaining({ kind: 'window', resetAt: 1000 + 12_135_000, confidence: 'derived' }),
			},
		]);
	});

	it('that the agent waits out is a retry with the announced delay', () => {
		const retries = replayed(named('429-retry-ok')).events.filter(({ type }) => type === 'retry');
		expect(retries).toEqual([]);
		const { stdout, stderr } = named('429-retry-ok');
		const lines = stdout.toString().split('\n').slice(0, 2).join('\n');
		const cut = { ...named('429-retry-ok'), stdout: Buffer.from(`${lines}\n`), stderr };
		expect(replayed(cut).events.filter(({ type }) => type === 'retry')).toEqual([
			expect.objectContaining({ reason: 'rate', attempt: 1, delayMs: 5462 }),
		]);
	});

	it('is classified by its first line: rate, overload, network', () => {
		const reasons = (name: string) => {
			const fixture = named(name);
			const start = fixture.stdout.toString().split('\n').slice(0, 2).join('\n');
			const { events } = replayed({ ...fixture, stdout: Buffer.from(`${start}\n`) });
			return events.flatMap((event) => (event.type === 'retry' ? [event.reason] : []));
		};
		expect(reasons('429-forever-cut')).toEqual(['rate', 'rate', 'rate']);
		expect(reasons('503-overloaded')).toEqual(['overloaded']);
		expect(reasons('endpoint-down')[0]).toBe('network');
	});
});
