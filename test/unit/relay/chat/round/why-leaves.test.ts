import { describe, expect, it } from 'vitest';
import { type TurnEnd, whyLeaves } from '../../../../../src/relay/chat/round/why-leaves.ts';
import type { TurnState } from '../../../../../src/sessions/turns/turn-state.ts';
import { fakeTurnState } from '../../../../helpers/fake-turn-state.ts';

const NOON = new Date(2026, 2, 1, 12, 0).getTime();
const HOUR = 3_600_000;
const END: TurnEnd = { hasSpoken: true, resetAt: null, advice: null, isTimeUp: false, now: NOON };
const why = (state: Partial<TurnState>, end: Partial<TurnEnd> = {}) =>
	whyLeaves(fakeTurnState(state), { ...END, ...end });

describe('why a participant leaves after its turn', () => {
	it('is nothing if it could speak', () => {
		expect(why({ status: 'completed' })).toBeNull();
	});

	it.each([
		[{ status: 'completed' }, { hasSpoken: false }],
		[{ status: 'failed', stop_reason: 'empty_answer' }, {}],
	] as const)('is an empty answer: %j %j', (state, end) => {
		expect(why(state, end)).toEqual({ reason: 'empty_answer', text: 'gave an empty answer', until: null });
	});

	it('is its limit, with the reset if that is reported', () => {
		const limited = { status: 'limited', stop_reason: 'limit' } as const;
		expect(why(limited, { hasSpoken: false, resetAt: NOON + HOUR })).toEqual({
			reason: 'limit',
			text: 'has met its limit (until 13:00 (in 1 h))',
			until: NOON + HOUR,
		});
		expect(why(limited)).toMatchObject({ text: 'has met its limit', until: null });
	});

	it('is the time of its own turn, not that of the whole chat', () => {
		expect(why({ status: 'timed_out' })).toMatchObject({ reason: 'timed_out' });
		expect(why({ status: 'timed_out' }, { isTimeUp: true })).toBeNull();
	});

	it('is a refused login with what helps, or what its failure said', () => {
		const refused = { status: 'failed', stop_reason: 'auth' } as const;
		expect(why(refused, { advice: 'run: claude /login' })?.text).toBe(
			'was refused its login (run: claude /login)',
		);
		const broken = { status: 'failed', error: { code: 'x', message: 'no luck' } } as const;
		expect(why(broken)).toEqual({ reason: 'failed', text: 'failed: no luck', until: null });
		expect(why({ status: 'outcome_unknown', stop_reason: null, error: null })?.text).toBe(
			'failed: outcome unknown',
		);
	});
});
