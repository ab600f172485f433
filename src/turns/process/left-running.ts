import type { ProcessTable } from '../../core/processes/process-table.ts';
import { describeTrees } from '../../core/processes/process-tree.ts';
import { safeLine } from '../../core/text.ts';

const SHOWN = 3;
const COMMAND_CHARS = 120;

/**
 * One line about processes that a turn started and the relay did not end, because they are no longer its own: a server of tmux, a
 * program that left the agent's tree before it was seen. null: none known; a program may hide its environment, and when the pids
 * have gone round a whole circle the oldest are not looked at.
 */
export function describeLeftRunning(
	{ session, turn, after }: { session: string; turn: number; after: number | null },
	processes: Pick<ProcessTable, 'withEnvironment' | 'snapshot'>,
): string | null {
	const left = processes
		.withEnvironment({ AGENT_RELAY_SESSION: session, AGENT_RELAY_TURN: String(turn) }, { after })
		.filter(({ pid }) => pid !== process.pid);
	if (left.length === 0) return null;
	const trees = describeTrees(left, processes.snapshot()).map((tree) => safeLine(tree, COMMAND_CHARS));
	const more = trees.length > SHOWN ? ` and ${trees.length - SHOWN} more` : '';
	return `left running: ${trees.slice(0, SHOWN).join(', ')}${more}`;
}
