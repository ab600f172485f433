/** Which plan stands, by what turns told of it: a turn that does not touch a plan leaves it as it was. Pure. */
import type { TurnState } from './turn-state.ts';

export type RecordedPlan = TurnState['plan'];

/** The plan that stands in a native session after these turns of it, oldest first; null where no turn is known. */
export function standingPlan(turns: readonly TurnState[]): RecordedPlan | null {
	// Records of before `plan_told` hold an empty plan also where the turn did not touch it.
	const telling = turns.findLast(({ plan, plan_told }) => plan_told !== undefined || plan.length > 0);
	return telling?.plan ?? (turns.length === 0 ? null : []);
}

/** The plan that an agent last told in these turns, whichever agent; null where none did. */
export function toldPlan(turns: readonly TurnState[]): RecordedPlan | null {
	const told = turns.findLast(({ plan, plan_told }) => plan_told ?? plan.length > 0);
	// Where the turn that told it is gone from the records, a later one still holds it.
	return (told ?? turns.findLast(({ plan }) => plan.length > 0))?.plan ?? null;
}
