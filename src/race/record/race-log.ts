/** What a change of a race's record says in the log of its session. Pure. */
import type { LogEvent } from '../../sessions/log/log-entry.ts';
import type { EntrantRecord, RaceRecord } from './race-record.ts';

/** `before`: as it stood, or null for a race that begins. */
export function eventsOfRace(before: RaceRecord | null, after: RaceRecord): LogEvent[] {
	const entrants = after.entrants.map(({ id, agent, model }) => ({ id, agent, model }));
	const known = new Map(before?.entrants.map((entrant) => [entrant.id, entrant]));
	return [
		...(before === null ? [{ type: 'race_started' as const, entrants }] : []),
		...after.entrants.flatMap((entrant) => changeOf(known.get(entrant.id), entrant)),
		...(after.state === 'ended' && before?.state !== 'ended' ? [ended(after)] : []),
		...after.adopted.slice(before?.adopted.length ?? 0).map(adopted),
		...(after.state === 'cleaned' && before?.state !== 'cleaned' ? [{ type: 'race_cleaned' as const }] : []),
	];
}

function changeOf(before: EntrantRecord | undefined, after: EntrantRecord): LogEvent[] {
	const { id, state, outcome, reason } = after;
	if (before === undefined ? state === 'waiting' : before.state === state && before.outcome === outcome)
		return [];
	return [{ type: 'entrant', entrant: id, state, outcome, reason }];
}

function ended({ winner, verdict, ranking }: RaceRecord): LogEvent {
	return { type: 'race_ended', winner, verdict, ranking };
}

function adopted({ entrant, commit, branch }: RaceRecord['adopted'][number]): LogEvent {
	return { type: 'race_adopted', entrant, commit, branch };
}
