import { standingOf } from '../../core/processes/process-place.ts';
import type { ProcessTable } from '../../core/processes/process-table.ts';
import { describeTrees, isMultiplexer } from '../../core/processes/process-tree.ts';
import type { TurnState } from '../../sessions/turns/turn-state.ts';

/**
 * Ends what a crashed relay's turn left running: its wrapper and the descendants on record, each only if it still is the
 * same process: none of another machine, container or boot, nor where the record does not say. One that was recorded before
 * it became a multiplexer's server is the user's by now, and spared. Returns those that were ended, as `describeTrees`
 * tells them.
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
