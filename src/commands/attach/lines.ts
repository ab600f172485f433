import { shortRef } from '../../view/describe-session.ts';
import type { Look } from '../look.ts';
import type { AttachData } from './run.ts';

/** How to go on; what happened was shown as each TUI was left. */
export function attachLines({ ends, result, ownName, isOpen }: AttachData, { theme }: Look): string[] {
	const end = ends.at(-1);
	if (isOpen || end === undefined || end.turns.length === 0 || result !== null) return [];
	return [
		theme.dim(`Go on: ${ownName} attach, or ${ownName} run --session ${shortRef(end.sessionId)} "TASK"`),
	];
}
