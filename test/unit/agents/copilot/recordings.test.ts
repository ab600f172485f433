import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NativeFacts } from '../../../../src/agents/agent-adapter.ts';
import { copilotAdapter } from '../../../../src/agents/copilot/adapter.ts';
import { parseSessionRecord } from '../../../../src/agents/copilot/native/session-record.ts';
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

const fixtures = fixtureNames('copilot').map((name) => loadFixture('copilot', name));
const named = (name: string) => loadFixture('copilot', name);

/** What the CLI's own record of this turn says; null where it left none. */
function recorded({ folder }: Fixture): NativeFacts | null {
	try {
		return parseSessionRecord(readFileSync(join(folder, 'native-events.jsonl'), 'utf8'));
	} catch {
		return null;
	}
}

const replayed = (fixture: Fixture, options: ReplayOptions = {}) =>
	replay(copilotAdapter, fixture, { native: recorded(fixture), ...options });

describe('a recording of copilot', () => {
	it.each(fixtures.map(({ name }) => name))('%s is understood as a person would', (name) => {
		const fixture = named(name);
		expect(asExpectation(fixture, replayed(fixture))).toEqual(fixture.expect);
	});

	it('has one end a turn, and nothing but usage after it', () => {
		for (const fixture of fixtures) {
			const types = replayed(fixture).events.map(({ type }) => type);
			expect(
				types.filter((type) => type === 'turn_ended'),
				fixture.name,
			).toHaveLength(1);
			const after = types.slice(types.indexOf('turn_ended') + 1);
			expect(
				after.filter((type) => type !== 'usage'),
				fixture.name,
			).toEqual([]);
		}
	});

	it('is over at its session.error, before the process has ended', () => {
		for (const name of ['429-weekly', '429-model', '402-monthly-quota', 'auth-403-policy', 'empty-answer']) {
			const fixture = named(name);
			const parser = copilotAdapter.parser({
				requestedSessionId: fixture.expect.native_session_id,
				resume: false,
				requestedModel: null,
				cumulativeBefore: null,
				now: () => 0,
			});
			const end = fixture.stdout.indexOf('{"type":"session.error"');
			const line = fixture.stdout.subarray(0, fixture.stdout.indexOf('\n', end) + 1);
			expect(parser.push(line).at(-1), name).toMatchObject({
				type: 'turn_ended',
				outcome: fixture.expect.status,
			});
		}
	});

	it.each(['talk-429-text', '429-retry-ok'])('%s gives no limit', (name) => {
		const { events, turn } = replayed(named(name));
		expect(events.filter(({ type }) => type === 'limit')).toEqual([]);
		expect(turn.limit).toBeNull();
	});

	it('gives the plan from its queries, and the same from the record', () => {
		const fixture = named('plan-todos');
		const { events, turn } = replayed(fixture);
		const plans = events.flatMap((event) => (event.type === 'plan' ? [event.items] : []));
		const { plan } = JSON.parse(readFileSync(join(fixture.folder, 'result.json'), 'utf8')).expect;
		expect(plans.at(-1)?.map(({ text, status }) => ({ text, status }))).toEqual(plan);
		expect(turn.plan).toEqual(plans.at(-1));
	});

	it('has what a background command does while the agent waits', () => {
		const { events } = replayed(named('background-shell'));
		const types = events
			.map(({ type }) => type)
			.filter((type) => /background|interim|continued|ended/.test(type));
		expect(types).toEqual([
			'background_tasks',
			'interim_answer',
			'continued',
			'background_tasks',
			'turn_ended',
		]);
		expect(events.find(({ type }) => type === 'interim_answer')).toMatchObject({
			tasks: [{ title: 'sleep 8; echo server-done' }],
		});
	});

	it('has the edits of its tools as diffs, with paths as the agent named them', () => {
		const edits = replayed(named('apply-patch')).events.flatMap((event) =>
			event.type === 'tool_result' ? (event.edits ?? []) : [],
		);
		expect(edits.map(({ path, kind }) => [path, kind])).toEqual([
			['/repo/src/b.txt', 'create'],
			['/repo/src/a.txt', 'edit'],
		]);
		expect(edits[1]?.hunks[0]?.lines).toContain('+new value');
		expect(replayed(named('apply-patch')).events).toContainEqual(
			expect.objectContaining({ type: 'tool_call', paths: ['src/b.txt', 'src/a.txt'] }),
		);
	});

	it('keeps what a sub-agent says out of the answer, and shows what it does', () => {
		const { events } = replayed(named('subagent'));
		expect(answerText(events)).toBe('The helper found a demo repo.');
		expect(events).toContainEqual(
			expect.objectContaining({ type: 'tool_call', name: 'view', speaker: 'sub_agent' }),
		);
	});

	it('has the windows of the account where the backend reported them with a refusal', () => {
		const { turn } = replayed(named('429-weekly'));
		expect(turn.utilization).toEqual([
			{ window: 'premium_interactions', ratio: 0.88, resetAt: Date.parse('2026-12-01T00:00:00Z') },
			{ window: 'session', ratio: 0.385, resetAt: Date.parse('2026-11-28T06:57:51Z') },
			{ window: 'weekly', ratio: 1, resetAt: Date.parse('2026-12-01T00:00:00Z') },
		]);
	});

	it('gives the same events one byte at a time', () => {
		const byByte = (bytes: Buffer) => Array.from(bytes, (byte) => Buffer.of(byte));
		for (const name of ['429-weekly', 'unicode', 'resume-unknown-id', 'max-ai-credits'])
			expect(replayed(named(name), { split: byByte })).toEqual(replayed(named(name)));
	});

	it('gives the same events however the bytes are split', () => {
		const small = fixtures.filter(({ stdout }) => stdout.length < 60_000);
		fc.assert(
			fc.property(fc.constantFrom(...small), fc.array(fc.nat(60_000), { maxLength: 12 }), (fixture, cuts) => {
				const split = (bytes: Buffer) => splitAt(bytes, cuts);
				expect(replayed(fixture, { split })).toEqual(replayed(fixture));
			}),
		);
	});

	it('that was cut anywhere before its result is never taken for a completed turn', () => {
		const fixture = named('edit-file');
		const whole = fixture.stdout.lastIndexOf('{"type":"result"');
		fc.assert(
			fc.property(fc.nat(whole + 40), (bytes) => {
				const cut = { ...fixture, stdout: fixture.stdout.subarray(0, bytes) };
				const exit = { exitCode: 0, signal: null, stopRequested: null };
				expect(replayed(cut, { exit }).turn.outcome).toBe('outcome_unknown');
			}),
		);
	});
});
