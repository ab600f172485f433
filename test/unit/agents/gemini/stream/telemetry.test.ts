import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AgentExit, AgentParser } from '../../../../../src/agents/agent-adapter.ts';
import type { AgentEvent } from '../../../../../src/agents/events.ts';
import { geminiAdapter } from '../../../../../src/agents/gemini/adapter.ts';
import { loadFixture, splitAt } from '../../../../helpers/replay-fixture.ts';

const NOW = Date.parse('2026-11-28T09:00:00.000Z');
const ID = '11111111-2222-4333-8444-555555555555';
const EXITED: AgentExit = { exitCode: 1, signal: null, stopRequested: null };
const STOPPED: AgentExit = { exitCode: null, signal: 'SIGTERM', stopRequested: 'limited' };

function parser(requestedSessionId = ID): AgentParser {
	return geminiAdapter.parser({
		requestedSessionId,
		resume: false,
		requestedModel: 'gemini-2.5-pro',
		cumulativeBefore: null,
		now: () => NOW,
	});
}

const line = (value: object) => Buffer.from(`${JSON.stringify(value)}\n`);
const init = line({ type: 'init', session_id: ID, model: 'gemini-2.5-pro' });
const answer = (at: string) =>
	line({ type: 'message', role: 'assistant', content: 'words', delta: true, timestamp: at });
const record = (attributes: object) =>
	Buffer.from(`${JSON.stringify({ resource: {}, attributes }, null, 2)}\n`);
const apiError = (body: unknown, more: object = {}) =>
	record({
		'session.id': ID,
		'event.name': 'gemini_cli.api_error',
		'event.timestamp': '2026-11-28T08:00:10.000Z',
		'error.message': typeof body === 'string' ? body : JSON.stringify({ error: body }),
		status_code: 429,
		role: 'main',
		...more,
	});
const read = (gemini: AgentParser, chunk: Buffer) => gemini.telemetry?.(chunk) ?? [];
const signs = (events: AgentEvent[]) => events.filter(({ type }) => type === 'limit' || type === 'retry');

const PER_DAY = {
	code: 429,
	message: 'Please retry in 41s.',
	details: [{ violations: [{ quotaId: 'GenerateRequestsPerDayPerProjectPerModel-FreeTier' }] }],
};
const PLAIN = { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'Resource has been exhausted.' };

describe('a refused request in gemini’s telemetry', () => {
	it.each([
		['per-day-per-user', 'limit', 'quota'],
		['429-plan-quota', 'limit', 'window'],
		['503-overloaded', 'retry', 'overloaded'],
	])('as 0.61.0 wrote it is understood: %s', (name, type, kind) => {
		const fixture = loadFixture('gemini', name);
		const gemini = parser(fixture.expect.native_session_id ?? '');
		const [first] = signs(read(gemini, readFileSync(join(fixture.folder, 'telemetry.log'))));
		expect(first).toMatchObject(type === 'limit' ? { type, limit: { kind } } : { type, reason: kind });
	});

	it('gives the same events however the bytes are split', () => {
		const fixture = loadFixture('gemini', '503-overloaded');
		const bytes = readFileSync(join(fixture.folder, 'telemetry.log'));
		const id = fixture.expect.native_session_id ?? '';
		const whole = read(parser(id), bytes);
		fc.assert(
			fc.property(fc.array(fc.nat(bytes.length), { maxLength: 20 }), (cuts) => {
				const gemini = parser(id);
				expect(splitAt(bytes, cuts).flatMap((chunk) => read(gemini, chunk))).toEqual(whole);
			}),
			{ numRuns: 50 },
		);
	});

	it('is a limit at once, by what the backend answered', () => {
		const gemini = parser();
		gemini.push(init);
		expect(read(gemini, apiError(PER_DAY))).toMatchObject([
			{
				type: 'limit',
				limit: {
					kind: 'quota',
					scope: 'model',
					resetAt: null,
					source: { channel: 'native', rule: 'gemini:telemetry.word.per_day' },
				},
			},
		]);
		expect(gemini.end(STOPPED, null).turn).toMatchObject({ outcome: 'limited', limit: { kind: 'quota' } });
	});

	it('counts for the main conversation of this session alone', () => {
		const gemini = parser();
		gemini.push(init);
		const others = [
			{ 'session.id': 'another' },
			{ 'session.id': 7 },
			{ role: 'subagent' },
			{ role: 'utility_router' },
			{ 'event.name': 'gemini_cli.api_response' },
		];
		for (const other of others) expect(read(gemini, apiError(PER_DAY, other))).toEqual([]);
		expect(signs(read(gemini, apiError(PER_DAY, { role: undefined })))).toHaveLength(1);
	});

	it('is over if the model has answered since, even when it is read late', () => {
		const gemini = parser();
		gemini.push(Buffer.concat([init, answer('2026-11-28T08:00:11.000Z')]));
		expect(read(gemini, apiError(PER_DAY))).toEqual([]);
		expect(gemini.end(STOPPED, null).turn.limit).toBeNull();
		const later = { 'event.timestamp': '2026-11-28T08:00:12.000Z' };
		expect(signs(read(gemini, apiError(PER_DAY, later)))).toHaveLength(1);
	});

	it('that stderr has reported already is reported once', () => {
		const gemini = parser();
		gemini.push(init);
		const backoff = 'Attempt 1 failed with status 429. Retrying with backoff... _ApiError: {}\n';
		expect(signs(gemini.stderr(Buffer.from(backoff)))).toHaveLength(1);
		expect(read(gemini, apiError(PLAIN))).toEqual([]);
		expect(read(gemini, apiError(PLAIN))).toMatchObject([
			{ type: 'retry', reason: 'rate', source: { channel: 'native' } },
		]);
	});

	it('gives the status where exit code and stderr do not', () => {
		const gemini = parser();
		gemini.push(init);
		read(gemini, apiError({ code: 503, status: 'UNAVAILABLE', message: 'x' }, { status_code: 503 }));
		gemini.push(
			line({ type: 'result', status: 'error', error: { type: 'unknown', message: '[API Error: x]' } }),
		);
		expect(gemini.end(EXITED, null).turn).toMatchObject({
			outcome: 'limited',
			limit: { kind: 'overloaded' },
		});
	});

	it('gives the end that only the backend reported', () => {
		const gemini = parser();
		gemini.push(init);
		const retryInfo = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '7200s' };
		read(gemini, apiError({ code: 429, message: 'x', details: [retryInfo] }, { role: undefined }));
		gemini.push(
			line({ type: 'result', status: 'error', error: { type: 'unknown', message: '[API Error: x]' } }),
		);
		expect(gemini.end(EXITED, null).turn.limit).toMatchObject({ kind: 'window', resetAt: NOW + 7_200_000 });
	});

	it('of a server or a bad request is not a limit', () => {
		for (const [status_code, events] of [
			[400, []],
			[401, []],
			[500, [{ type: 'retry', reason: 'server' }]],
		] as const) {
			const gemini = parser();
			gemini.push(init);
			expect(read(gemini, apiError({ message: 'boom' }, { status_code }))).toMatchObject(events);
			expect(gemini.end(EXITED, null).turn.limit).toBeNull();
		}
	});

	it('is found again after anything between two records', () => {
		const gemini = parser();
		gemini.push(init);
		const torn = apiError(PER_DAY).subarray(40);
		const long = Buffer.from(`{\n  "x": "${'y'.repeat(300_000)}"\n}\n`);
		const deep = Buffer.from(`{\n${'['.repeat(20_000)}\n}\n`);
		expect(read(gemini, Buffer.concat([torn, long, deep, Buffer.from('}\n{\n{\n')]))).toEqual([]);
		expect(signs(read(gemini, apiError(PER_DAY)))).toHaveLength(1);
	});

	it('never throws, whatever the fields hold', () => {
		fc.assert(
			fc.property(
				fc.dictionary(
					fc.constantFrom(
						'status_code',
						'error.message',
						'error',
						'event.timestamp',
						'role',
						'model',
						'session.id',
					),
					fc.jsonValue(),
				),
				fc.string(),
				(fields, noise) => {
					const gemini = parser();
					gemini.push(init);
					read(gemini, Buffer.from(noise));
					read(gemini, Buffer.from('\n'));
					read(gemini, apiError(PLAIN, fields));
					expect(gemini.end(EXITED, null).turn.outcome).toBeTypeOf('string');
				},
			),
		);
	});
});
