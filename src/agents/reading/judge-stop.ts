import type { AgentExit, AgentId } from '../agent-adapter.ts';
import type { AgentEvent, Limit } from '../events.ts';
import { CANCELLED, failed, type Judgement, limited, TIMED_OUT } from './judgement.ts';

/**
 * How a turn ended that the relay stopped. `limit`: the one that stood then; `retry`: the newest that no answer followed. null: the
 * relay did not stop it, or ended only what was left of it, so its own end counts.
 */
export function judgeStop(
	stop: AgentExit['stopRequested'],
	{
		agent,
		limit,
		retry,
	}: { agent: AgentId; limit: Limit | null; retry: Extract<AgentEvent, { type: 'retry' }> | null },
): Judgement | null {
	switch (stop) {
		case 'cancelled':
			return CANCELLED;
		case 'timed_out':
			return TIMED_OUT;
		case 'limited':
			return limited(limit);
		case 'failed':
			return failed('api_error', retry?.source.excerpt ?? `${agent} was stopped by the relay`);
		case 'linger':
		case 'background':
		case null:
			return null;
	}
}
