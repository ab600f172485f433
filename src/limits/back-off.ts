/** Decides how long a limit is believed when its reset was not reported, or has passed. Pure. */
import type { Limit, LimitKind } from '../agents/events.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** First and longest wait. A plan window lasts hours (claude 5 h); a 429 or an overload passes in minutes. */
const LONG = { firstMs: 5 * MINUTE_MS, mostMs: 5 * HOUR_MS };
/** Credit or a permission does not come back by itself, but somebody may fix it without a trace that the relay could notice. */
const BY_A_PERSON = { firstMs: 24 * HOUR_MS, mostMs: 24 * HOUR_MS };
const SHORT = { firstMs: MINUTE_MS, mostMs: 15 * MINUTE_MS };

const STEPS: Record<LimitKind, { firstMs: number; mostMs: number }> = {
	window: LONG,
	quota: LONG,
	billing: BY_A_PERSON,
	rate: SHORT,
	overloaded: SHORT,
};

/** A reset in the past means that two clocks differ, or that the CLI repeats an old answer. */
const PAST_RESET_MS = MINUTE_MS;
/** The last time that an ISO-8601 date can express. */
const MOST_EPOCH_MS = 8.64e15;

/** When `limit` ends, met now for the `strikes`th time in a row (from 1). */
export function limitEnd(
	limit: Pick<Limit, 'kind' | 'resetAt'>,
	strikes: number,
	now: number,
): { until: number; isEstimated: boolean } {
	const { resetAt } = limit;
	if (resetAt !== null && Math.abs(resetAt) <= MOST_EPOCH_MS) {
		return resetAt > now
			? { until: Math.round(resetAt), isEstimated: false }
			: { until: now + PAST_RESET_MS, isEstimated: true };
	}
	const { firstMs, mostMs } = STEPS[limit.kind];
	return { until: now + Math.min(mostMs, firstMs * 2 ** (strikes - 1)), isEstimated: true };
}

/** Whether it ends only when somebody pays, allows or changes something: no reset was reported, and it does not end by itself. */
export function waitsForPerson({ kind, resetAt }: Pick<Limit, 'kind' | 'resetAt'>): boolean {
	return kind === 'billing' && resetAt === null;
}

/** Whether two kinds share a back-off, so that one continues the other's doubling. */
export function isSameStep(one: LimitKind, other: LimitKind): boolean {
	return STEPS[one] === STEPS[other];
}
