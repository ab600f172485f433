import type { AgentEvent } from '../../agents/events.ts';
import { toIso } from '../../core/clock.ts';
import { safeLine } from '../../core/text.ts';
import { describeLimit } from '../../limits/describe-limit.ts';

type Refused = Pick<Extract<AgentEvent, { type: 'limit' }>, 'limit' | 'model'>;

/** `A sub-agent was refused its model opus: weekly opus window used up, …`; safe to show, the same each time. */
function describeRefusedModel({ limit, model }: Refused, now: number): string {
	const which = model === undefined ? '' : ` ${safeLine(model, 60)}`;
	const until = limit.resetAt === null ? '' : `, until ${toIso(limit.resetAt)}`;
	const { what } = describeLimit(limit, { now });
	return `A sub-agent was refused its model${which}: ${safeLine(what, 200)}${until}`;
}

/** The warning that this event adds to the turn's state, live and when recovery reads it again; null for most events. */
export function warningOf(event: AgentEvent, atMs: number): string | null {
	return event.type === 'limit' && event.speaker === 'sub_agent' ? describeRefusedModel(event, atMs) : null;
}
