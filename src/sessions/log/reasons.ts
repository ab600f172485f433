import type { LogEntry, LogEvent } from './log-entry.ts';

/** What moved the work from one turn to the next, or kept it where it was. */
export type Reason = Extract<LogEvent, { type: (typeof REASON_TYPES)[number] }>;

const REASON_TYPES = [
	'agent_chosen',
	'agent_switched',
	'handed_over',
	'nobody_left',
	'wait_ended',
	'participant_left',
	'undone',
] as const;

/** Keyed by the number of the turn that they followed; 0: before the first one. */
export function reasonsByTurn(entries: readonly LogEntry[]): Map<number, Reason[]> {
	const reasons = new Map<number, Reason[]>();
	let turn = 0;
	for (const { event } of entries) {
		if (event?.type === 'turn_started' || event?.type === 'turn_finished') turn = event.turn;
		if (event !== null && isReason(event)) reasons.set(turn, [...(reasons.get(turn) ?? []), event]);
	}
	return reasons;
}

function isReason(event: LogEvent): event is Reason {
	return REASON_TYPES.some((type) => type === event.type);
}
