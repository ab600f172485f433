import { describeTime } from '../../../limits/describe-limit.ts';
import type { TurnState } from '../../../sessions/turns/turn-state.ts';
import type { Obstacle } from '../able-participants.ts';

export interface TurnEnd {
	/** It said something that the others can hear. */
	hasSpoken: boolean;
	/** The reset of the limit it met, epoch ms; null when not reported. */
	resetAt: number | null;
	/** How its user logs in; null when not known. */
	advice: string | null;
	/** The time of the whole chat is used up, which ends the chat for everyone. */
	isTimeUp: boolean;
	/** Epoch ms. */
	now: number;
}

/** Why a participant leaves the round after its turn; null: it stays. Not for a turn that the user stopped. */
export function whyLeaves(
	{ status, stop_reason, error }: Pick<TurnState, 'status' | 'stop_reason' | 'error'>,
	{ hasSpoken, resetAt, advice, isTimeUp, now }: TurnEnd,
): Obstacle | null {
	const because = (reason: Obstacle['reason'], text: string, until: number | null = null) => ({
		reason,
		text,
		until,
	});
	const isEmpty = stop_reason === 'empty_answer' || (status === 'completed' && !hasSpoken);
	if (isEmpty) return because('empty_answer', 'gave an empty answer');
	switch (status) {
		case 'completed':
			return null;
		case 'limited': {
			const when = resetAt === null ? '' : ` (until ${describeTime(resetAt, { now })})`;
			return because('limit', `has met its limit${when}`, resetAt);
		}
		case 'timed_out':
			return isTimeUp ? null : because('timed_out', 'took too long');
		default:
			if (stop_reason === 'auth')
				return because('auth', `was refused its login (${advice ?? 'log in again'})`);
			return because('failed', `failed: ${error?.message ?? (stop_reason ?? status).replaceAll('_', ' ')}`);
	}
}
