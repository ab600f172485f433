import type { SurvivorChoice } from '../../relay/resume/survivors.ts';
import type { PickChoice } from '../slash/slash-command.ts';

/** What can be done about an agent that outlived its relay; a hasty Enter takes the first. */
export const SURVIVOR_CHOICES: ReadonlyArray<PickChoice & { value: SurvivorChoice }> = [
	{ value: 'wait', label: 'wait until it has ended' },
	{ value: 'end', label: 'end it, then continue' },
	{ value: 'beside', label: 'continue alongside it; both change the same files' },
];

/** null: the question was left, so nothing is started. */
export function readSurvivorChoice(picked: string | null): SurvivorChoice | null {
	return SURVIVOR_CHOICES.find(({ value }) => value === picked)?.value ?? null;
}
