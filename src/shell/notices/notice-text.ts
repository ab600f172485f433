/** What is worth a word to somebody who looks elsewhere. Pure. */
import { safeLine } from '../../core/text.ts';
import { describeLimit } from '../../limits/describe-limit.ts';
import type { RelayEvent } from '../../relay/events/relay-events.ts';
import { formatDuration } from '../../ui/quantities.ts';

const NOTICE_CHARS = 160;

export interface NoticeMemory {
	/** The agent that is waited for; null: nobody is. */
	waitsFor: string | null;
}

/** null: nothing. `memory` is kept by the caller from one event to the next. */
export function noticeText(
	event: RelayEvent,
	{ afterMs, now, memory }: { afterMs: number; now: number; memory: NoticeMemory },
): string | null {
	const text = words(event, afterMs, now, memory.waitsFor);
	if (event.type === 'waiting') memory.waitsFor = event.agent;
	else if (event.type === 'turn_started') memory.waitsFor = null;
	return text === null ? null : safeLine(text, NOTICE_CHARS);
}

function words(event: RelayEvent, afterMs: number, now: number, waitsFor: string | null): string | null {
	switch (event.type) {
		case 'turn_finished': {
			const { agent, status, duration_ms } = event.state;
			if (status === 'limited' || status === 'cancelled' || (duration_ms ?? 0) < afterMs) return null;
			const how = status === 'completed' ? 'is done' : status.replaceAll('_', ' ');
			return `${agent} ${how} after ${formatDuration(duration_ms ?? 0)}`;
		}
		case 'handed_over': {
			const why = event.limit === null ? '' : `: ${describeLimit(event.limit, { now }).what}`;
			return `${event.from} → ${event.to}${why}`;
		}
		case 'nobody_left':
			return 'no agent is available; the work is kept';
		case 'question_asked':
			return event.isAllowed === true ? null : `${event.agent} asks you: ${event.question.title}`;
		case 'terminal_asked':
			return `${event.agent} asks on its terminal`;
		case 'turn_started':
			return waitsFor === null ? null : `the wait is over: ${event.agent} works`;
		default:
			return null;
	}
}
