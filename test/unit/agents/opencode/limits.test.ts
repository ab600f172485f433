import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AgentExit, AgentParser, ParserContext } from '../../../../src/agents/agent-adapter.ts';
import type { AgentEvent } from '../../../../src/agents/events.ts';
import { opencodeAdapter } from '../../../../src/agents/opencode/adapter.ts';
import { answerText, loadFixture } from '../../../helpers/replay-fixture.ts';

const NOW = 1_795_000_000_000;
const ID = 'ses_own0000000000';
const EXITED: AgentExit = { exitCode: 1, signal: null, stopRequested: null };

function parser(context: Partial<ParserContext> = {}): AgentParser {
	return opencodeAdapter.parser({
		requestedSessionId: null,
		resume: false,
		requestedModel: null,
		cumulativeBefore: null,
		now: () => NOW,
		...context,
	});
}

const line = (type: string, rest: object, sessionID = ID) =>
	Buffer.from(`${JSON.stringify({ type, timestamp: NOW, sessionID, ...rest })}\n`);
const stepStart = line('step_start', { part: { type: 'step-start' } });
const stepFinish = (reason: string) =>
	line('step_finish', { part: { reason, tokens: { input: 1, output: 1 }, cost: 0.1 } });
const status = (fields: object, sessionID = ID) =>
	Buffer.from(
		`\u001e${JSON.stringify({ relay: 'session.status', sessionID, status: { type: 'retry', attempt: 1, ...fields } })}\n`,
	);
const signs = (events: AgentEvent[]) => events.filter(({ type }) => type === 'limit' || type === 'retry');
const RATE = { message: 'Rate limit reached for m1', next: NOW + 2100 };

/** The turn that one error line makes. */
function failedBy(data: object, name = 'APIError') {
	const opencode = parser();
	opencode.push(line('error', { error: { name, data } }));
	return opencode.end(EXITED, null).turn;
}

describe('the status of opencode on stderr', () => {
	it('is a retry with the wait until the next try', () => {
		expect(signs(parser().stderr(status(RATE)))).toEqual([
			expect.objectContaining({ type: 'retry', reason: 'rate', attempt: 1, delayMs: 2100 }),
		]);
	});

	it.each([
		['Provider is overloaded', 'overloaded'],
		['Too Many Requests', 'rate'],
		['Cannot connect to API: Unable to connect.', 'network'],
		['The server had an error while processing your request.', 'server'],
	])('is classified: %s', (message, reason) => {
		expect(signs(parser().stderr(status({ message, next: NOW + 2000 })))).toEqual([
			expect.objectContaining({ reason }),
		]);
	});

	it('with a wait too long for a rate is a limit at once, whatever it says', () => {
		expect(signs(parser().stderr(status({ message: 'no', next: NOW + 3_600_000 })))).toEqual([
			expect.objectContaining({
				type: 'limit',
				limit: expect.objectContaining({ kind: 'window', resetAt: NOW + 3_600_000 }),
			}),
		]);
	});

	it('is a limit at once when a plan, a free tier or the credit is used up', () => {
		const openai =
			'You exceeded your current quota, please check your plan and billing details. For more information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.';
		const limitOf = (fields: object) => signs(parser().stderr(status(fields)))[0];
		const next = NOW + 12_600_000;
		expect(limitOf({ message: 'x', next, action: { reason: 'account_rate_limit' } })).toMatchObject({
			limit: { kind: 'window', resetAt: next, confidence: 'exact' },
		});
		expect(limitOf({ message: 'x', next: NOW + 2000, action: { reason: 'free_tier_limit' } })).toMatchObject({
			limit: { kind: 'quota', resetAt: null },
		});
		expect(limitOf({ message: openai, next: NOW + 2000 })).toMatchObject({ limit: { kind: 'billing' } });
	});

	it('counts for the session of the turn alone', () => {
		const opencode = parser();
		opencode.push(stepStart);
		expect(opencode.stderr(status(RATE, 'ses_subagent00000'))).toEqual([]);
		expect(signs(opencode.stderr(status(RATE)))).toHaveLength(1);
		const resumed = parser({ resume: true, requestedSessionId: 'ses_asked00000000' });
		expect(resumed.stderr(status(RATE))).toEqual([]);
	});

	it('of a sub-agent is one of the sub-agent, and stops nothing', () => {
		const opencode = parser();
		opencode.push(stepStart);
		const spent = { message: 'x', next: NOW + 12_600_000, action: { reason: 'account_rate_limit' } };
		expect(opencode.stderr(status(spent, 'ses_subagent00000'))).toMatchObject([
			{ type: 'limit', speaker: 'sub_agent', limit: { kind: 'window' } },
		]);
		const { turn } = opencode.end({ ...EXITED, exitCode: null, signal: 'SIGKILL' }, null);
		expect(turn).toMatchObject({ outcome: 'outcome_unknown', limit: null });
	});

	it('reports the session before the first line of the answer', () => {
		const opencode = parser();
		expect(opencode.stderr(status({ type: 'busy' }))).toEqual([
			expect.objectContaining({ nativeSessionId: ID }),
		]);
		expect(opencode.push(stepStart).filter(({ type }) => type === 'session_started')).toEqual([]);
	});

	it('counts only after its sign at the start of a line', () => {
		const json = status(RATE).toString().slice(1);
		for (const forged of [json, ` \u001e${json}`, `x\u001e${json}`])
			expect(parser().stderr(Buffer.from(forged))).toEqual([]);
	});

	it('is not believed once a permission was refused, since that repeats a command', () => {
		for (const colours of ['', '\x1b[93m\x1b[1m']) {
			const opencode = parser();
			const echo = Buffer.from(`${colours}! \x1b[0mpermission requested: bash (echo\n`);
			expect(opencode.stderr(Buffer.concat([echo, status(RATE)]))).toEqual([]);
		}
	});

	it('explains a turn that the relay stopped', () => {
		const opencode = parser();
		opencode.stderr(status(RATE));
		const { turn } = opencode.end({ exitCode: null, signal: 'SIGTERM', stopRequested: 'limited' }, null);
		expect(turn).toMatchObject({ outcome: 'limited', limit: { kind: 'rate', resetAt: null } });
	});

	it('is over when a step begins', () => {
		const opencode = parser();
		opencode.stderr(status({ ...RATE, action: { reason: 'account_rate_limit' } }));
		opencode.push(Buffer.concat([stepStart, stepFinish('stop')]));
		expect(opencode.end({ ...EXITED, exitCode: 0 }, null).turn).toMatchObject({
			outcome: 'completed',
			limit: null,
		});
	});
});

describe('the last error of opencode', () => {
	it.each([
		[402, '', 'billing'],
		[429, '', 'rate'],
		[429, '{"error":{"code":"insufficient_quota"}}', 'billing'],
		[429, '{"error":{"type":"GoUsageLimitError"}}', 'window'],
		[429, '{"error":{"type":"FreeUsageLimitError"}}', 'quota'],
		[503, '', 'overloaded'],
		[529, '{"error":{"type":"overloaded_error"}}', 'overloaded'],
	])('of status %i and body %s is a limit: %s', (statusCode, responseBody, kind) => {
		expect(failedBy({ statusCode, responseBody, message: 'words' })).toMatchObject({
			outcome: 'limited',
			limit: { kind },
		});
	});

	it('takes the reset from the headers of the provider', () => {
		const resetOf = (responseHeaders: object) =>
			failedBy({ statusCode: 429, responseHeaders }).limit?.resetAt;
		expect(resetOf({ 'retry-after': '3600' })).toBe(NOW + 3_600_000);
		expect(resetOf({ 'retry-after-ms': '90000' })).toBe(NOW + 90_000);
		// Over before anyone could use it.
		expect(resetOf({ 'retry-after-ms': '1500' })).toBeNull();
		expect(resetOf({ 'retry-after': new Date(NOW + 120_000).toUTCString() })).toBe(NOW + 120_000);
		expect(resetOf({ 'retry-after': 'soon' })).toBeNull();
		expect(resetOf({ 'retry-after': '1e99' })).toBeNull();
	});

	it.each([
		[{ statusCode: 401 }, 'APIError', 'auth'],
		[{ statusCode: 404 }, 'APIError', 'model_not_found'],
		[{ statusCode: 500, message: 'The server had an error' }, 'APIError', 'api_error'],
		[{ isRetryable: true, message: 'Cannot connect' }, 'APIError', 'api_error'],
		[{ message: 'x' }, 'ContextOverflowError', 'context_too_long'],
		[{ message: 'x' }, 'ProviderAuthError', 'auth'],
		[{ message: 'Rate limit reached, 429' }, 'UnknownError', 'api_error'],
	])('%j of %s is a failure: %s', (data, name, reason) => {
		expect(failedBy(data, name)).toMatchObject({ outcome: 'failed', stopReason: reason, limit: null });
	});

	it('inside a stream is read from the JSON of the provider', () => {
		const of = (error: object) => failedBy({ message: JSON.stringify({ error }) }, 'UnknownError');
		expect(of({ type: 'overloaded_error' }).limit?.kind).toBe('overloaded');
		expect(of({ code: 'rate_limit_exceeded' }).limit?.kind).toBe('rate');
		expect(of({ code: 'insufficient_quota' }).limit?.kind).toBe('billing');
	});

	it('that more steps follow was not the end', () => {
		const opencode = parser();
		const overflow = line('error', {
			error: { name: 'ContextOverflowError', data: { message: 'too long' } },
		});
		const text = (said: string, rest = {}) => line('text', { part: { id: said, text: said, ...rest } });
		const summary = [stepStart, text('SUMMARY'), stepFinish('stop'), text('CONTINUE', { synthetic: true })];
		const answer = [stepStart, text('ANSWER'), stepFinish('stop')];
		const events = opencode.push(Buffer.concat([overflow, ...summary, ...answer]));
		expect(opencode.end(EXITED, null).turn).toMatchObject({ outcome: 'completed', costUsd: 0.2 });
		expect(answerText(events)).toBe('ANSWER');
	});

	it('that overflows a second time ends the turn there and then', () => {
		const { stdout } = loadFixture('opencode', 'context-loop');
		const opencode = parser();
		const events = opencode.push(stdout);
		const end = events.findIndex(({ type }) => type === 'turn_ended');
		expect(events[end]).toMatchObject({ outcome: 'failed', stopReason: 'context_too_long' });
		expect(
			events.slice(0, end).filter((event) => event.type === 'error' && event.code === 'context_too_long'),
		).toHaveLength(2);
		const { turn } = opencode.end({ exitCode: null, signal: 'SIGTERM', stopRequested: 'linger' }, null);
		expect(turn).toMatchObject({ outcome: 'failed', stopReason: 'context_too_long' });
	});
});

describe('the end of an opencode turn', () => {
	const ended = (exit: Partial<AgentExit>, ...lines: Buffer[]) => {
		const opencode = parser();
		opencode.push(Buffer.concat(lines));
		return opencode.end({ ...EXITED, exitCode: 0, ...exit }, null).turn;
	};

	it('is what its last step says', () => {
		expect(ended({}, stepStart, stepFinish('stop'))).toMatchObject({
			outcome: 'completed',
			stopReason: 'end_turn',
		});
		expect(ended({}, stepStart, stepFinish('length'))).toMatchObject({
			outcome: 'completed',
			stopReason: 'max_tokens',
		});
		expect(ended({}, stepStart, stepFinish('tool-calls'))).toMatchObject({
			outcome: 'failed',
			stopReason: 'permission_rejected',
		});
	});

	it('is looked at again when it ended well with exit 1, and no error explains that', () => {
		const exit = { exitCode: 1 };
		expect(ended(exit, stepStart, stepFinish('stop'))).toMatchObject({
			outcome: 'failed',
			stopReason: 'crashed',
		});
		const failure = line('error', { error: { name: 'APIError', data: { message: 'overflow' } } });
		const recovered = [stepStart, failure, stepStart, stepFinish('stop')];
		expect(ended(exit, ...recovered)).toMatchObject({ outcome: 'completed' });
	});

	it('without one is unknown', () => {
		expect(ended({}, stepStart).outcome).toBe('outcome_unknown');
		expect(ended({}).outcome).toBe('outcome_unknown');
		expect(ended({ exitCode: null, signal: 'SIGKILL' }, stepStart, stepFinish('stop')).outcome).toBe(
			'outcome_unknown',
		);
	});

	it('of a silent retry that the relay stopped for another reason is that reason', () => {
		const stop = (stopRequested: AgentExit['stopRequested']) =>
			ended({ exitCode: null, signal: 'SIGTERM', stopRequested }, stepStart);
		expect(stop('cancelled').outcome).toBe('cancelled');
		expect(stop('timed_out').outcome).toBe('timed_out');
	});
});

describe('hostile output of opencode', () => {
	it('never throws, whatever the JSON', () => {
		const type = fc.constantFrom('step_start', 'text', 'reasoning', 'tool_use', 'step_finish', 'error', 'x');
		const part = fc.dictionary(
			fc.constantFrom('text', 'state', 'tool', 'callID', 'tokens', 'reason', 'name', 'data'),
			fc.jsonValue(),
		);
		const statusLike = fc.dictionary(fc.constantFrom('relay', 'sessionID', 'status', 'next'), fc.jsonValue());
		fc.assert(
			fc.property(
				fc.array(fc.tuple(type, part), { maxLength: 12 }),
				fc.array(statusLike),
				(entries, lines) => {
					const opencode = parser();
					for (const [kind, fields] of entries) opencode.push(line(kind, { part: fields, error: fields }));
					for (const fields of lines) opencode.stderr(Buffer.from(`\u001e${JSON.stringify(fields)}\n`));
					const { turn } = opencode.end(EXITED, null);
					expect(turn.outcome).toBeTypeOf('string');
				},
			),
		);
	});
});
