import type { ProcessTable } from '../core/process-table.ts';
import { isMultiplexer } from '../core/process-tree.ts';
import type { TurnState } from '../sessions/turn-state.ts';

/**
 * Ends what a crashed relay's turn left running: its wrapper and the descendants on record, each only if it still is the
 * same process. One that was recorded before it became a multiplexer's server is the user's by now, and spared. Returns
 * `PID COMMAND` of those that were ended.
 */
export function endStrays(
	state: Pick<TurnState, 'strays' | 'pid' | 'pid_start' | 'executable'>,
	processes: Pick<ProcessTable, 'snapshot' | 'signal'>,
): string[] {
	const wrapper =
		state.pid === null || state.pid_start === null
			? []
			: [{ pid: state.pid, start: state.pid_start, command: state.executable }];
	const multiplexers = new Set(
		processes
			.snapshot()
			.filter(isMultiplexer)
			.map(({ pid }) => pid),
	);
	return [...state.strays, ...wrapper]
		.filter(({ pid }) => !multiplexers.has(pid))
		.filter((identity) => processes.signal(identity, 'SIGKILL'))
		.map(({ pid, command }) => `${pid} ${command}`);
}
