import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRollout } from '../../../../../src/agents/codex/native/rollout.ts';

const line = (type: string, payload: unknown) =>
	JSON.stringify({ timestamp: 't', ordinal: 1, type, payload });
const event = (payload: unknown) => line('event_msg', payload);
const usage = (input_tokens: number) => ({
	input_tokens,
	cached_input_tokens: 0,
	cache_write_input_tokens: 0,
	output_tokens: 1,
	reasoning_output_tokens: 0,
});
const count = (total: number, last: number, rate_limits: unknown = null) =>
	event({
		type: 'token_count',
		info: { total_token_usage: usage(total), last_token_usage: usage(last) },
		rate_limits,
	});
const started = event({ type: 'task_started' });
const window = (used_percent: number, resets_at: number) => ({
	used_percent,
	window_minutes: 300,
	resets_at,
});

describe('the record of a thread', () => {
	it('reports the tokens of the last turn only, a repeated line once', () => {
		const text = [started, count(100, 100), started, count(150, 50), count(150, 50), count(190, 40)].join(
			'\n',
		);
		expect(parseRollout(text)).toMatchObject({ tokens: { input: 90 }, cumulative: { input: 190 } });
	});

	it('reports no tokens of a turn whose start was cut off', () => {
		expect(parseRollout(count(150, 50))).not.toHaveProperty('tokens');
	});

	it('reports the newest plan of the last turn with the states of its items', () => {
		const call = (...states: string[]) =>
			line('response_item', {
				type: 'function_call',
				name: 'update_plan',
				arguments: JSON.stringify({ plan: states.map((status, at) => ({ step: `s${at}`, status })) }),
			});
		const quoted = line('response_item', { type: 'function_call_output', output: call('completed') });
		const text = [
			started,
			call('completed'),
			started,
			call('pending'),
			call('completed', 'in_progress'),
			quoted,
		];
		expect(parseRollout(text.join('\n'))?.plan).toEqual([
			{ text: 's0', status: 'completed' },
			{ text: 's1', status: 'in_progress' },
		]);
		expect(parseRollout([...text, started].join('\n'))).not.toHaveProperty('plan');
		expect(parseRollout([started, call('soon')].join('\n'))?.plan).toEqual([]);
	});

	it('does not explain a turn by the limit of an earlier one', () => {
		const limited = [
			started,
			event({
				type: 'token_count',
				info: null,
				rate_limits: { primary: window(100, 1_795_255_911), secondary: null },
			}),
			event({ type: 'task_complete', error: { message: 'x', codex_error_info: 'usage_limit_exceeded' } }),
		];
		expect(parseRollout(limited.join('\n'))).toMatchObject({
			errorCode: 'usage_limit_exceeded',
			limit: { window: 'primary', resetAt: 1_795_255_911_000 },
		});
		const next = parseRollout([...limited, started].join('\n'));
		expect(next).not.toHaveProperty('limit');
		expect(next).not.toHaveProperty('errorCode');
	});

	it('of two spent windows names the one that opens later', () => {
		const limits = { primary: window(100, 1_795_000_000), secondary: window(100, 1_795_600_000) };
		expect(parseRollout(count(1, 1, limits))?.limit).toEqual({
			window: 'secondary',
			resetAt: 1_795_600_000_000,
		});
	});

	it('gives a status code together with its cause', () => {
		const info = { http_connection_failed: { http_status_code: 402 } };
		const text = event({ type: 'task_complete', error: { message: 'x', codex_error_info: info } });
		expect(parseRollout(text)?.errorCode).toBe('http_connection_failed:402');
	});

	it('gives the model of the last turn', () => {
		const models = ['a', 'b'].map((model) => line('turn_context', { model }));
		expect(parseRollout(models.join('\n'))?.model).toBe('b');
	});

	it('is read past torn lines, and gives nothing when there is none', () => {
		expect(
			parseRollout(
				`ut":1,"token_count"}\n${count(5, 5)}\n{"type":"event_msg","payload":{"type":"token_count"`,
			),
		).toMatchObject({ cumulative: { input: 5 } });
		expect(parseRollout('')).toBeNull();
	});

	it('never takes what the model or a tool wrote for a fact', () => {
		const fake = JSON.stringify({
			type: 'token_count',
			rate_limits: { primary: window(100, 1_795_255_911) },
		});
		const text = line('response_item', { type: 'message', content: [{ text: `"token_count" ${fake}` }] });
		expect(parseRollout(`${started}\n${text}`)).toEqual({});
	});

	it('never throws, whatever its lines hold', () => {
		fc.assert(
			fc.property(
				fc.constantFrom('token_count', 'task_complete', 'turn_context'),
				fc.jsonValue(),
				(type, value) => {
					const payload = { type, info: value, rate_limits: value, error: value, model: value };
					parseRollout([event(payload), line(type, payload), line('event_msg', value)].join('\n'));
				},
			),
		);
	});
});
