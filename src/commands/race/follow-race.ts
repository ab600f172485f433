/** A race that this process runs, to its end: what is shown on the way, and what is left to say. */
import { safeLine } from '../../core/text.ts';
import type { Race } from '../../race/race-contract.ts';
import type { RaceRecord } from '../../race/record/race-record.ts';
import { EXIT, exitCodeOfRace } from '../../relay/exit-codes.ts';
import { raceResultToJson } from '../../view/race-json.ts';
import type { Result } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { pageOf, type RacePage } from './show/run.ts';

export interface RaceEnd {
	page: RacePage;
	exitCode: number;
}

/** Lets go of the race, whatever comes of it. Rejects as `Race.run`. */
export async function followRace(context: CommandContext, race: Race): Promise<Result<RaceEnd>> {
	const { record, exitCode, isStopped } = await context.live.race(
		race,
		async ({ signal, event, stoppedBy }) => {
			const ended = await race.run({ signal, onEvent: event });
			return { record: ended, exitCode: stoppedBy() ?? exitCodeOf(ended, signal), isStopped: signal.aborted };
		},
	);
	// The page distinguishes a race that is still held from one that was stopped.
	const page = pageOf(record, context, await context.store());
	return { exitCode, data: { page, exitCode }, heard: heardOf(record), isStopped };
}

export const raceEndToJson = ({ page, exitCode }: RaceEnd) => raceResultToJson(page.record, exitCode);

const exitCodeOf = (record: RaceRecord, { aborted }: AbortSignal): number =>
	aborted ? EXIT.interrupted : exitCodeOfRace(record);

const TASK_CHARS = 200;

/** For the next agent that gets a packet in a conversation next to the race. */
function heardOf({ id, entrants, verdict, ...record }: RaceRecord): string {
	const who = entrants.map((entrant) => entrant.id).join(', ');
	const task = JSON.stringify(safeLine(record.task, TASK_CHARS));
	return `A race of ${who} on ${task} ended. ${verdict ?? 'It was stopped.'} Nothing of it is in the checkout yet: agent-relay race show ${id}`;
}
