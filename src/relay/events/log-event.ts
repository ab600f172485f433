/** Turns what happens in a conversation into entries of its session's log. Pure. */
import { toIso, toIsoOrNull } from '../../core/clock.ts';
import { candidateToJson } from '../../limits/candidate-json.ts';
import type { LogEvent } from '../../sessions/log/log-entry.ts';
import { limitToDisk } from '../../turns/event-log.ts';
import type { Carried, RelayEvent } from './relay-events.ts';

/** Everything except what the agent itself does, which is in its turn's own files. */
export type LoggedRelayEvent = Exclude<RelayEvent, { type: 'agent_event' }>;

export function toLogEvent(event: LoggedRelayEvent): LogEvent {
	switch (event.type) {
		case 'session_opened':
			return { type: event.type, is_new: event.isNew };
		case 'agent_chosen': {
			const { type, agent, model, why, candidates } = event;
			return { type, agent, model, why, candidates: candidates.map(candidateToJson) };
		}
		case 'turn_started': {
			const { type, turn, agent, model, permissions, trigger, resumed, packet, speaker } = event;
			const who = speaker === undefined ? {} : { participant: speaker.participant };
			return { type, turn, agent, model, permissions, trigger, resumed, packet, ...who };
		}
		case 'turn_idle':
			return { type: event.type, turn: event.turn, idle_ms: event.idleMs };
		case 'terminal_asked': {
			const { refusedInMs, ...rest } = event;
			return { ...rest, refused_in_ms: refusedInMs };
		}
		case 'question_asked': {
			const { type, turn, agent, question, deniedInMs } = event;
			const { wants, ...asked } = question;
			const options = question.options.map((option) => ({ ...option }));
			const known = { ...asked, options, ...(wants === undefined ? {} : { wants: { ...wants } }) };
			return { type, turn, agent, question: known, denied_in_ms: deniedInMs };
		}
		case 'question_settled':
			return { ...event, type: 'question_answered', answer: event.answer && { ...event.answer } };
		case 'turn_finished': {
			const { agent, status, stop_reason, duration_ms, limit, error } = event.state;
			return { type: event.type, turn: event.turn, agent, status, stop_reason, duration_ms, limit, error };
		}
		case 'handed_over': {
			const { limit, candidates, carried, ...rest } = event;
			return {
				...rest,
				...carriedToDisk(carried),
				limit: limit && limitToDisk(limit),
				candidates: candidates.map(candidateToJson),
			};
		}
		case 'nobody_left':
			return {
				type: event.type,
				...(event.from === undefined ? {} : { from: event.from }),
				limit: event.limit && limitToDisk(event.limit),
				failure: event.failure,
				earliest_reset: toIsoOrNull(event.earliestReset),
				candidates: event.candidates.map(candidateToJson),
				packet: event.packet,
				is_waiting: event.isWaiting ?? false,
			};
		case 'waiting':
			return { type: event.type, agent: event.agent, until: toIso(event.until) };
		case 'utilization_warning': {
			const { resetAt, ...rest } = event;
			return { ...rest, reset_at: toIsoOrNull(resetAt) };
		}
		case 'participant_left': {
			const { until, ...rest } = event;
			return { ...rest, until: toIsoOrNull(until) };
		}
		case 'terminal_settled':
		case 'notice':
			return event;
		default:
			return event satisfies never;
	}
}

function carriedToDisk(carried: Carried | undefined) {
	if (carried === undefined) return {};
	const { leftOut, ...counts } = carried;
	return { carried: { ...counts, left_out: leftOut } };
}

/** Wraps `onEvent` so that each event also enters the log, a wait only once. */
export function alsoLogged(
	log: (event: LogEvent) => void,
	onEvent: (event: RelayEvent) => void,
): (event: RelayEvent) => void {
	let waitsUntil: number | null = null;
	return (event) => {
		const isTick = event.type === 'waiting' && event.until === waitsUntil;
		waitsUntil = event.type === 'waiting' ? event.until : null;
		if (event.type !== 'agent_event' && !isTick) log(toLogEvent(event));
		onEvent(event);
	};
}
