/** What `race --json` prints: the race's own records as they are on disk, and what happens in between. */
import type { RaceEvent } from '../race/race-contract.ts';
import type { RaceRecord } from '../race/record/race-record.ts';
import { eventToJson } from '../relay/events/event-json.ts';

type Json = Record<string, unknown>;

export function raceEventToJson(event: RaceEvent): Json {
	switch (event.type) {
		case 'race_started':
			return { type: event.type, race_id: event.record.id, race: event.record };
		case 'entrant':
			return { type: event.type, entrant: event.entrant.id, record: event.entrant };
		case 'entrant_event':
			return { type: event.type, entrant: event.entrant, event: eventToJson(event.event) };
		case 'command_output':
			return { ...event, chunk: event.chunk.toString('utf8') };
		case 'notice':
			return { ...event };
		case 'race_ended': {
			const { id, winner, verdict, ranking } = event.record;
			return { type: event.type, race_id: id, winner, verdict, ranking };
		}
		default:
			return event satisfies never;
	}
}

/** The last line. */
export function raceResultToJson(record: RaceRecord, exitCode: number): Json {
	return { type: 'result', exit_code: exitCode, race: record };
}
