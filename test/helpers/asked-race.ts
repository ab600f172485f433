import type { AgentRegistry } from '../../src/agents/registry.ts';
import { type Given, readOptions } from '../../src/commands/options/option-table.ts';
import { raceOptions } from '../../src/commands/options/race-options.ts';
import { raceRequest } from '../../src/commands/race/request.ts';
import type { RaceRequest } from '../../src/race/race-contract.ts';

/** `flags`: as typed, by the names of the table. */
export function askedRace(task: string, flags: Given, registry: AgentRegistry): RaceRequest {
	return raceRequest(task, readOptions(raceOptions, flags), { registry, parentTurn: null });
}
