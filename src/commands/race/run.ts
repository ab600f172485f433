/** `race`: several agents on one task, side by side to the end. */
import { readGivenSettings, settingsToKeep } from '../../config/given-settings.ts';
import { RelayError } from '../../core/errors.ts';
import { startRace } from '../../race/start-race.ts';
import type { Body } from '../command.ts';
import type { CommandContext } from '../context.ts';
import type { RaceOptions } from '../options/race-options.ts';
import { followRace, type RaceEnd, raceEndToJson } from './follow-race.ts';
import { namedEntrants, raceRequest } from './request.ts';

const EXAMPLE = 'agent-relay race "fix the failing test" --agents claude,codex --check "npm test"';

export const race: Body<RaceOptions, RaceEnd> = {
	async run(context, options) {
		const task = await readTask(context, options);
		namedEntrants(options);
		const config = readGivenSettings(options.config, context.folder);
		const deps = await context.raceDeps({ isTrusted: options.trust, config });
		const { registry } = await context.settings();
		const request = raceRequest(task, options, { registry, parentTurn: context.parentTurn });
		const kept = settingsToKeep(config);
		return followRace(context, await startRace({ ...request, config: kept }, deps));
	},
	toJson: raceEndToJson,
};

async function readTask(
	context: CommandContext,
	{ task: argument, file, encoding }: RaceOptions,
): Promise<string> {
	const called = { word: 'task', example: EXAMPLE, question: 'what is the task?' } as const;
	const task = await context.readTask({ argument, file, encoding, isOptional: false, called });
	if (task !== null) return task;
	throw new RelayError('usage', 'No task was given.', { hint: `For example: ${EXAMPLE}` });
}
