/** What a hook reads about an event: facts as data, never what the user or an agent said. Pure. */
import { toIso, toIsoOrNull } from '../core/clock.ts';
import { describeLimit } from '../limits/describe-limit.ts';
import type { RelayEvent } from '../relay/events/relay-events.ts';

type HookName = 'turn_ended' | 'limit' | 'handover' | 'question' | 'session_ended';

export interface HookEvent {
	name: HookName;
	/** Keys as in the session's log. */
	facts: Readonly<Record<string, unknown>>;
}

/** `now`: epoch ms, for the words of a limit. */
export function hookEventsOf(event: RelayEvent, now: number): HookEvent[] {
	switch (event.type) {
		case 'turn_finished': {
			const { agent, status, stop_reason, duration_ms, limit } = event.state;
			const turn = { turn: event.turn, agent };
			const ended: HookEvent = { name: 'turn_ended', facts: { ...turn, status, stop_reason, duration_ms } };
			if (limit === null) return [ended];
			const { kind, window, reset_at } = limit;
			return [ended, { name: 'limit', facts: { ...turn, kind, window, reset_at } }];
		}
		case 'handed_over': {
			const { from, to, reason, packet, limit } = event;
			const why = limit === null ? null : describeLimit(limit, { now }).what;
			return [{ name: 'handover', facts: { from, to, reason, why, packet } }];
		}
		case 'nobody_left': {
			const facts = { from: event.from ?? null, to: null, earliest_reset: toIsoOrNull(event.earliestReset) };
			return [{ name: 'handover', facts }];
		}
		case 'question_asked': {
			const { turn, agent, question, deniedInMs, isAllowed = false } = event;
			const facts = { turn, agent, id: question.id, kind: question.kind, denied_in_ms: deniedInMs };
			return isAllowed ? [] : [{ name: 'question', facts }];
		}
		case 'terminal_asked': {
			const { turn, agent, refusedInMs } = event;
			return [
				{ name: 'question', facts: { turn, agent, id: null, kind: 'terminal', denied_in_ms: refusedInMs } },
			];
		}
		default:
			return [];
	}
}

/** One JSON object in a line: what the hook reads from stdin. `at`: epoch ms. */
export function hookInput(
	{ name, facts }: HookEvent,
	{ session, folder, worktree, at }: { session: string; folder: string; worktree: string; at: number },
): string {
	return `${JSON.stringify({ event: name, at: toIso(at), session, folder, worktree, ...facts })}\n`;
}
