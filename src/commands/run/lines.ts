import { quoteForShell } from '../../core/quote-for-shell.ts';
import { EXIT } from '../../relay/exit-codes.ts';
import type { RunData } from './run.ts';

/**
 * What to type next, where work is left. Where the words of before were just sent again and failed again (`other` is set), the
 * same command does not help: another agent is named where there is one, and where to read what happened.
 */
export function runLines({ result, exitCode, ownName, standing, other }: RunData): string[] {
	if (exitCode === EXIT.done) return [];
	const { sessionId, largerBudget } = result;
	const ref = sessionId.slice(-6);
	const goOn = `${ownName} run --session ${ref}${standingFlags(standing)}`;
	const kept = `Session ${sessionId} keeps the work.`;
	const flag = largerBudget === undefined ? '' : ` ${largerBudget}`;
	if (other === undefined) return [`${kept} Continue with: ${goOn}${flag}`];
	const read = `${kept} What happened: ${ownName} show ${ref}`;
	return other === null ? [read] : [read, `Another agent takes over with: ${goOn} --agent ${other}`];
}

/** Without these the printed line would ask others, or allow less. */
function standingFlags({ order, permissions }: RunData['standing']): string {
	return [
		order === null ? '' : ` --order ${quoteForShell(order.join(','))}`,
		permissions === null ? '' : ` --permissions ${permissions}`,
	].join('');
}
