import type { TurnState } from '../../sessions/turns/turn-state.ts';
import { describePlanItem } from '../../view/describe-tool.ts';
import type { Look } from '../look.ts';

export function planLines(plan: TurnState['plan'], { theme }: Look): string[] {
	return plan.length > 0
		? plan.map((item) => describePlanItem(item, theme))
		: [theme.dim('No agent has reported a plan yet.')];
}
