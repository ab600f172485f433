import type { AgentEvent, Limit } from '../events.ts';

/** The limit a turn had when the relay stopped it while it was retrying; null when the retries were of another kind. */
export function limitFromRetry(
	retry: Extract<AgentEvent, { type: 'retry' }> | null,
	scope: Limit['scope'],
): Limit | null {
	if (retry?.reason !== 'rate' && retry?.reason !== 'overloaded') return null;
	const { reason: kind, source } = retry;
	return { kind, resetAt: null, window: null, scope, source, confidence: 'estimated' };
}
