/** The current plan, by what turns reported: a turn that does not touch a plan leaves it as it was. Pure. */
import type { TurnState } from './turn-state.ts';

export type RecordedPlan = TurnState['plan'];

/** The plan of a native session after these turns of it, oldest first; null if no turn is known. */
export function standingPlan(turns: readonly TurnState[]): RecordedPlan | null {
	// Records older than `plan_told` hold an empty plan even if the turn did not touch it.
	const last = turns.findLast(({ plan, plan_told }) => plan_told !== undefined || plan.length > 0);
	return last?.plan ?? (turns.length === 0 ? null : []);
}

/** The plan that any agent last reported in these turns; null if none did. */
export function reportedPlan(turns: readonly TurnState[]): RecordedPlan | null {
	const reported = turns.findLast(({ plan, plan_told }) => plan_told ?? plan.length > 0);
	// If the turn that reported it is gone from the records, a later one still holds it.
	return (reported ?? turns.findLast(({ plan }) => plan.length > 0))?.plan ?? null;
}
