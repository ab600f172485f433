import { describe, expect, it } from 'vitest';
import type { NativeFacts } from '../../../../src/agents/agent-adapter.ts';
import { codexAdapter } from '../../../../src/agents/codex/adapter.ts';

const NOW = Date.parse('2026-11-21T08:00:00Z');
const HOUR = 3600_000;
const EXIT_1 = { exitCode: 1, signal: null, stopRequested: null } as const;

function parser() {
	return codexAdapter.parser({
		requestedSessionId: null,
		resume: false,
		requestedModel: 'gpt-5.5',
		cumulativeBefore: null,
		now: () => NOW,
	});
}

const lines = (...values: object[]) =>
	Buffer.from(values.map((value) => `${JSON.stringify(value)}\n`).join(''));
const STARTED = [{ type: 'thread.started', thread_id: 't1' }, { type: 'turn.started' }];

function failedWith(message: string, native: NativeFacts | null = null) {
	const reader = parser();
	const events = reader.push(lines(...STARTED, { type: 'turn.failed', error: { message } }));
	const end = reader.end(EXIT_1, native);
	return { events: [...events, ...end.events], turn: end.turn };
}

const outcome = ({ turn }: ReturnType<typeof failedWith>) => turn.limit?.kind ?? turn.stopReason;

describe('a stream that was cut', () => {
	it.each([
		['Rate limit is exceeded. Try again in 17 seconds.', 'rate'],
		['Rate limit reached for gpt-5.5 in organization o on tokens per day (TPD): Limit 9, Used 9.', 'quota'],
		['You exceeded your current quota, please check your plan and billing details.', 'billing'],
		['Your input exceeds the context window of this model.', 'context_too_long'],
		["Invalid prompt: we've limited access to this content for safety reasons.", 'refusal'],
		['The model is overloaded. Please try again later.', 'overloaded'],
		['You have reached your weekly usage limit. Try again in 3 days.', 'window'],
		['Incomplete response returned, reason: max_output_tokens', 'max_tokens'],
		['error decoding response body', 'api_error'],
		['stream closed before response.completed', 'api_error'],
		['websocket closed by server before response.completed', 'api_error'],
	])('by "%s" is %s', (cause, expected) => {
		expect(outcome(failedWith(`stream disconnected before completion: ${cause}`))).toBe(expected);
	});

	it('is retried for the network only where the cause is unknown or one of transport', () => {
		const reasonOf = (cause: string) => {
			const message = `Reconnecting... 1/5 (stream disconnected before completion: ${cause})`;
			return parser()
				.push(lines(...STARTED, { type: 'error', message }))
				.flatMap((event) => (event.type === 'retry' ? [event.reason] : []));
		};
		expect(reasonOf('Rate limit is exceeded. Try again in 17 seconds.')).toEqual(['rate']);
		expect(reasonOf('The model is overloaded.')).toEqual(['overloaded']);
		expect(reasonOf('error decoding response body')).toEqual(['network']);
		expect(reasonOf('Connection reset by peer')).toEqual(['network']);
	});
});

describe('a failed turn of codex', () => {
	it.each([
		['budget reached', 'max_budget'],
		['session budget exceeded', 'max_budget'],
		['unexpected status 401 Unauthorized: Insufficient balance, url: http://x/v1/responses', 'billing'],
		[
			'unexpected status 403 Forbidden: {"error":{"code":"insufficient_user_quota","message":"用户额度不足"}}',
			'billing',
		],
		['unexpected status 403 Forbidden: denied, url: http://x/v1/responses', 'auth'],
		['unexpected status 400 Bad Request: {"error":{"code":"context_length_exceeded"}}', 'context_too_long'],
		[
			'unexpected status 400 Bad Request: {"error":{"message":"bad field `weekly limit reached`"}}',
			'api_error',
		],
		['Your input exceeds the context window of this model.', 'context_too_long'],
		['This request has been flagged for possible biological risk.', 'refusal'],
		['Your access token could not be refreshed. Please log out and sign in again.', 'auth'],
		[
			'{"detail":"The \'gpt-9\' model is not supported when using Codex with a ChatGPT account."}',
			'model_not_found',
		],
		['agent thread limit reached', 'api_error'],
		['unexpected status 500 Internal Server Error: Disk quota exceeded, url: http://x', 'api_error'],
	])('%s is %s', (message, expected) => {
		expect(outcome(failedWith(message))).toBe(expected);
	});

	it("takes the record's own code before the sentence", () => {
		expect(outcome(failedWith('Something new.', { errorCode: 'context_window_exceeded' }))).toBe(
			'context_too_long',
		);
		expect(outcome(failedWith('Something new.', { errorCode: 'http_connection_failed:402' }))).toBe(
			'billing',
		);
		expect(outcome(failedWith('Something new.', { errorCode: 'cyber_policy' }))).toBe('refusal');
		expect(outcome(failedWith('Something new.', { errorCode: 'usage_limit_exceeded' }))).toBe('api_error');
	});

	it('is limited by the window that its record shows as full, even if it is about credit', () => {
		const limit = { resetAt: NOW + 50 * HOUR, window: 'secondary' };
		const words =
			'Your workspace is out of credits. Ask your workspace owner to refill in order to continue.';
		expect(failedWith(words, { limit }).turn.limit).toMatchObject({
			kind: 'window',
			...limit,
			confidence: 'exact',
		});
		expect(failedWith(words).turn.limit).toMatchObject({ kind: 'billing', resetAt: null });
		const past = { resetAt: NOW - HOUR, window: 'secondary' };
		expect(failedWith(words, { limit: past }).turn.limit).toMatchObject({ kind: 'billing' });
	});
});

describe('a refusal that codex keeps retrying', () => {
	const retried = (cause: string) =>
		parser().push(lines(...STARTED, { type: 'error', message: `Reconnecting... 1/5 (${cause})` }));
	const kinds = (cause: string) =>
		retried(cause).flatMap((event) => (event.type === 'limit' ? [event.limit.kind] : []));

	it('is a limit at once if no retry ends it', () => {
		expect(
			kinds('rate limit exceeded: Rate limit reached for o on tokens per day. Try again in 38m24s.'),
		).toEqual(['quota']);
		expect(kinds('unexpected status 429 Too Many Requests: Insufficient balance')).toEqual(['billing']);
	});

	it('is only a retry if it passes in seconds', () => {
		expect(
			kinds('rate limit exceeded: Rate limit reached for o on tokens per day. Try again in 9s.'),
		).toEqual([]);
		expect(kinds('exceeded retry limit, last status: 429 Too Many Requests')).toEqual([]);
	});

	it('is the limit of a turn that the relay then stopped', () => {
		const reader = parser();
		const message = 'Reconnecting... 1/5 (unexpected status 429 Too Many Requests: Insufficient balance)';
		reader.push(lines(...STARTED, { type: 'error', message }));
		const exit = { exitCode: null, signal: 'SIGTERM', stopRequested: 'limited' } as const;
		expect(reader.end(exit, null).turn.limit).toMatchObject({ kind: 'billing' });
	});
});
