import type { Clock } from '../../core/clock.ts';
import type { SessionId } from '../../core/ids.ts';
import type { RaceDeps, RaceEvent } from '../race-contract.ts';
import type { EntrantRecord, RaceRecord } from '../record/race-record.ts';

/** One entrant as the steps of its way see it. */
export interface EntrantContext {
	deps: RaceDeps;
	clock: Clock;
	/** The race's. */
	sessionId: SessionId;
	/** The race's session folder. Absolute. */
	folder: string;
	/** The relay turn that started the race, or null. */
	parentTurn: string | null;
	race(): RaceRecord;
	entrant(): EntrantRecord;
	/** Durable when it returns, and reported to whoever shows the race. Throws what `writeRace` throws. */
	change(over: Partial<EntrantRecord>): void;
	emit(event: RaceEvent): void;
	/** Aborts when what this entrant does now is to stop, for whichever reason. */
	readonly signal: AbortSignal;
	/** Ends the graces of a stop. */
	hardSignal: AbortSignal;
	/** Set once `signal` has aborted: by the user for this entrant alone, or with the whole race. */
	stoppedBy(): 'user' | 'race' | null;
	/** The user's stop was carried out: what comes next has a signal of its own. */
	acknowledgeStop(): void;
}

/** Adds what is worth knowing; each text once. */
export function withNotes({ notes }: Pick<EntrantRecord, 'notes'>, ...more: string[]): string[] {
	return [...new Set([...notes, ...more])];
}
