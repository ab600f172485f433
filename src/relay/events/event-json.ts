/** Relay events as `run --json` prints them: as in the session's log, with more if a reader of the stream needs it. */
import { toIso } from '../../core/clock.ts';
import { eventToDisk } from '../../turns/event-log.ts';
import { toLogEvent } from './log-event.ts';
import type { RelayEvent } from './relay-events.ts';

type Json = Record<string, unknown>;

export function eventToJson(event: RelayEvent): Json {
	switch (event.type) {
		case 'agent_event':
			return { turn: event.turn, ...eventToDisk(event.event) };
		case 'session_opened': {
			const { type, sessionId, directory, isNew, begins } = event;
			const opened = { type, session_id: sessionId, directory, is_new: isNew };
			if (begins === undefined) return opened;
			const { turns, ...how } = begins;
			return { ...opened, session: sessionId, ...how, resumed: !isNew, turns };
		}
		case 'waiting':
			return { ...toLogEvent(event), now: toIso(event.now) };
		case 'turn_started': {
			const { speaker, ...rest } = event;
			if (speaker === undefined) return rest;
			const { maxTurns, ...who } = speaker;
			return { ...rest, ...who, max_turns: maxTurns };
		}
		case 'turn_finished':
			return { type: event.type, turn: event.turn, state: event.state };
		default:
			return { ...toLogEvent(event) };
	}
}
