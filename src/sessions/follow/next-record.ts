/**
 * The one order of a session's records. Its log is the spine. The events of turn N stand behind the entry that begins N, and before
 * the one that ends N or begins another; entries in between stand at their time, before the first event that is younger. An event
 * reaches the disk some milliseconds after it happened, an entry at once, so an entry in the middle of a turn waits that long.
 */

export interface Situation {
	/** The first entry that is not out yet, `turn` if it begins or ends one; null: none was read. */
	entry: { begins: number | null; ends: number | null; ts: number } | null;
	/** The log was read to its end after the last look at the events and the folder. */
	isLogRead: boolean;
	/** The first event of the turn that is not out yet; null: none was read. */
	event: { ts: number } | null;
	/** The events of the turn were read to their end since `entry` is known. */
	areEventsRead: boolean;
	/** The turn whose events are read; 0: none. */
	turn: number;
	/** Its end is not out yet. */
	isTurnOpen: boolean;
	/** The first turn after it that has files; null: none. */
	nextTurn: number | null;
	/** `entry` waited long enough for events that are older. */
	isSettled: boolean;
}

/**
 * `read_log` and `read_events`: that must be read before it can be said. `begin_turn`: the log does not tell of `nextTurn`, whose
 * events are next. `wait`: the entry may be out soon. `nothing`: everything is out.
 */
export type NextRecord = 'entry' | 'event' | 'read_log' | 'read_events' | 'begin_turn' | 'wait' | 'nothing';

export function nextRecord(situation: Situation): NextRecord {
	const { entry, event, isLogRead, areEventsRead, turn, nextTurn } = situation;
	if (event === null && !areEventsRead) return 'read_events';
	if (entry === null) {
		if (!isLogRead) return 'read_log';
		if (event !== null) return 'event';
		return nextTurn === null ? 'nothing' : 'begin_turn';
	}
	if (event !== null) return isBetweenTurns(entry, turn) || event.ts <= entry.ts ? 'event' : 'entry';
	const mayBeLate = situation.isTurnOpen && !situation.isSettled && !isBetweenTurns(entry, turn);
	return mayBeLate ? 'wait' : 'entry';
}

/** All events of the turn were on disk before it. */
function isBetweenTurns({ begins, ends }: NonNullable<Situation['entry']>, turn: number): boolean {
	return ends === turn || (begins !== null && begins !== turn);
}
