import type { SurvivorChoice } from '../../relay/resume/survivors.ts';
import type { PickChoice } from '../slash/slash-command.ts';

/** What can be done about an agent that outlived its relay; the first is what a hasty Enter means. */
export const SURVIVOR_CHOICES: ReadonlyArray<PickChoice & { value: SurvivorChoice }> = [
	{ value: 'wait', label: 'wait until it has ended' },
	{ value: 'end', label: 'end it, then go on' },
	{ value: 'beside', label: 'go on beside it; both change the same files' },
];

/** null: the question was left, and nothing is started. */
export function readSurvivorChoice(picked: string | null): SurvivorChoice | null {
	return SURVIVOR_CHOICES.find(({ value }) => value === picked)?.value ?? null;
}
