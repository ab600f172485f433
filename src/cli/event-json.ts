/** Relay events and results as `run --json` prints them: snake_case keys, ISO-8601 times. */

import { toIso } from '../core/clock.ts';
import type { CandidateVerdict } from '../limits/successor.ts';
import type { ChatResult } from '../relay/chat/contract.ts';
import type { SendResult } from '../relay/contract.ts';
import type { RelayEvent } from '../relay/relay-events.ts';
import { eventToDisk, limitToDisk } from '../turns/event-log.ts';

type Json = Record<string, unknown>;

const isoOrNull = (epochMs: number | null) => (epochMs === null ? null : toIso(epochMs));

export function eventToJson(event: RelayEvent): Json {
	switch (event.type) {
		case 'session_opened':
			return {
				type: event.type,
				session_id: event.sessionId,
				directory: event.directory,
				is_new: event.isNew,
			};
		case 'agent_event':
			return { turn: event.turn, ...eventToDisk(event.event) };
		case 'turn_idle':
			return { type: event.type, turn: event.turn, idle_ms: event.idleMs };
		case 'handed_over': {
			const { limit, candidates, ...rest } = event;
			return { ...rest, limit: limit && limitToDisk(limit), candidates: candidates.map(candidateToJson) };
		}
		case 'nobody_left':
			return {
				type: event.type,
				limit: event.limit && limitToDisk(event.limit),
				failure: event.failure,
				earliest_reset: isoOrNull(event.earliestReset),
				candidates: event.candidates.map(candidateToJson),
				packet: event.packet,
				is_waiting: event.isWaiting ?? false,
			};
		case 'agent_chosen':
			return { ...event, candidates: event.candidates.map(candidateToJson) };
		case 'waiting':
			return { type: event.type, agent: event.agent, until: toIso(event.until), now: toIso(event.now) };
		case 'participant_left': {
			const { until, ...rest } = event;
			return { ...rest, until: isoOrNull(until) };
		}
		case 'utilization_warning': {
			const { resetAt, ...rest } = event;
			return { ...rest, reset_at: isoOrNull(resetAt) };
		}
		case 'turn_started': {
			const { speaker, ...rest } = event;
			if (speaker === undefined) return rest;
			const { maxTurns, ...who } = speaker;
			return { ...rest, ...who, max_turns: maxTurns };
		}
		case 'terminal_asked': {
			const { refusedInMs, ...rest } = event;
			return { ...rest, refused_in_ms: refusedInMs };
		}
		case 'terminal_settled':
		case 'turn_finished':
		case 'notice':
			return { ...event };
		default:
			return event satisfies never;
	}
}

function candidateToJson({ resetAt, ...rest }: CandidateVerdict): Json {
	return { ...rest, reset_at: isoOrNull(resetAt) };
}

/** The last line of `run --json`. */
export function resultToJson(result: SendResult, exitCode: number): Json {
	return {
		type: 'result',
		outcome: result.outcome,
		exit_code: exitCode,
		session_id: result.sessionId,
		limit: result.limit && limitToDisk(result.limit),
		earliest_reset: isoOrNull(result.earliestReset),
		state: result.state,
	};
}

/** The last line of `chat --json`. */
export function chatResultToJson(result: ChatResult, exitCode: number): Json {
	return {
		type: 'result',
		outcome: result.outcome,
		exit_code: exitCode,
		session_id: result.sessionId,
		turns: result.turns,
		last_message: result.lastMessage,
		participants: result.participants,
		packet: result.packet,
		earliest_reset: isoOrNull(result.earliestReset),
	};
}
