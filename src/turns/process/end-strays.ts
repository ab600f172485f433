import { standingOf } from '../../core/processes/process-place.ts';
import type { ProcessTable } from '../../core/processes/process-table.ts';
import { describeTrees, isMultiplexer } from '../../core/processes/process-tree.ts';
import type { TurnState } from '../../sessions/turns/turn-state.ts';

/**
 * Ends the processes that a crashed relay's turn left running: its wrapper and the recorded descendants, each only if it is still
 * the same process, and none of another machine, container or boot, or of an unknown place. A process that became a multiplexer's
 * server after it was recorded belongs to the user and is spared. Returns those that were ended, in the words of `describeTrees`.
 */
export function endStrays(
	state: Pick<TurnState, 'strays' | 'pid' | 'pid_start' | 'executable' | 'process_place'>,
	processes: Pick<ProcessTable, 'snapshot' | 'signal' | 'place'>,
): string[] {
	const { process_place: place } = state;
	if (place === undefined || standingOf(place, processes.place()) !== 'here') return [];
	const wrapper =
		state.pid === null || state.pid_start === null
			? []
			: [{ pid: state.pid, start: state.pid_start, command: state.executable }];
	const running = processes.snapshot();
	const multiplexers = new Set(running.filter(isMultiplexer).map(({ pid }) => pid));
	const ended = [...state.strays, ...wrapper]
		.filter(({ pid }) => !multiplexers.has(pid))
		.filter((identity) => processes.signal(identity, 'SIGKILL'));
	return describeTrees(ended, running);
}
