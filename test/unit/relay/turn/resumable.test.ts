import { describe, expect, it } from 'vitest';
import { isRefusal, whyLeft } from '../../../../src/relay/turn/resumable.ts';
import type { TurnState } from '../../../../src/sessions/turns/turn-state.ts';
import { fakeTurnState } from '../../../helpers/fake-turn-state.ts';

const NATIVE = 'native-1';
const good = fakeTurnState({ native_session_id: NATIVE });
const failed = (stop_reason: string | null, more: Partial<TurnState> = {}): TurnState =>
	fakeTurnState({
		status: 'failed',
		stop_reason,
		resumed: true,
		heard: false,
		error: { code: stop_reason ?? 'unknown', message: 'no' },
		...more,
	});

describe('a native session', () => {
	it('is resumed while its turns say nothing against it', () => {
		expect(whyLeft([], null, false)).toBeNull();
		expect(whyLeft([good], NATIVE, true)).toBeNull();
		const cut = fakeTurnState({ native_session_id: NATIVE, resumed: true, status: 'cancelled' });
		expect(whyLeft([good, cut], NATIVE, true)).toBeNull();
	});

	it('is left once its context has become too long, resumed or not', () => {
		const tooLong = failed('context_too_long', { native_session_id: NATIVE, resumed: false, heard: true });
		expect(whyLeft([tooLong], NATIVE, false)).toBe('has become too long');
		expect(whyLeft([good, failed('context_too_long')], NATIVE, false)).toBe('has become too long');
	});

	it('is left for the reason that the adapter gave, whatever the outcome of the turn', () => {
		const lost = { ...good, unresumable: 'could not be saved: no space left on the device' };
		expect(whyLeft([good, lost], NATIVE, false)).toBe('could not be saved: no space left on the device');
	});

	it.each([
		['session_in_use', {}],
		['crashed', {}],
		['bad_usage', {}],
		[null, {}],
		[
			'api_error',
			{ error: { code: 'api_error', message: 'API Error: 400 thinking block without signature' } },
		],
		['api_error', { error: { code: 'api_error', message: 'unexpected status 400 Bad Request: bad item' } }],
	])('gets a second try after %s, and not a third', (reason, more) => {
		const refused = failed(reason, more);
		expect(whyLeft([good, refused], NATIVE, false)).toBeNull();
		expect(whyLeft([good, refused, refused], NATIVE, false)).toBe('was refused 2 times');
		expect(whyLeft([good, refused, good, refused], NATIVE, false)).toBeNull();
	});

	it('never gets a packet after a refusal', () => {
		expect(whyLeft([good, failed('session_in_use')], NATIVE, true)).toBe('was refused');
	});

	it.each([
		['a refused login', failed('auth')],
		['a broken connection', failed('api_error', { error: { code: 'api_error', message: 'API Error: 503' } })],
		['a turn that the model answered', failed('crashed', { heard: true })],
		[
			'a program that could not be started',
			failed('crashed', { error: { code: 'not_started', message: '' } }),
		],
		['a new conversation that was refused', failed('session_in_use', { resumed: false })],
	])('is not refused by %s', (_, state) => {
		expect(isRefusal(state)).toBe(false);
		expect(whyLeft([good, state, state], NATIVE, true)).toBeNull();
	});

	it('is gone when the CLI does not know it, whether or not the session noted that', () => {
		expect(whyLeft([good, failed('unknown_session')], null, false)).toBe('is gone');
		expect(whyLeft([good, failed('unknown_session')], NATIVE, false)).toBe('is gone');
	});

	it('is judged by its own turns, not by those of the one before or after', () => {
		const tooLong = failed('context_too_long', { native_session_id: 'old' });
		expect(whyLeft([tooLong, good], NATIVE, false)).toBeNull();
		const neverBegan = failed('auth', { resumed: false });
		expect(whyLeft([good, failed('context_too_long'), neverBegan], NATIVE, false)).toBe(
			'has become too long',
		);
	});
});
