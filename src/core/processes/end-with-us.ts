import type { ChildProcess } from 'node:child_process';
import { signalPid } from './process-signal.ts';

/** One listener for all: each of its own would be one too many for Node from the eleventh on. */
const running = new Set<ChildProcess>();

/**
 * Kills the child's process group if this process exits before the child does, which a time limit of ours no longer can.
 * `child` must lead its group.
 */
export function endWithUs(child: ChildProcess): void {
	if (running.size === 0) process.on('exit', killRunning);
	running.add(child);
	const forget = () => {
		running.delete(child);
		if (running.size === 0) process.off('exit', killRunning);
	};
	child.once('exit', forget).once('error', forget);
}

/** Ends them now: whoever waits for one meets a program that a signal ended. */
export function killRunning(): void {
	for (const child of running) signalGroup(child, 'SIGKILL');
}

/** Only while the leader has not been reaped: until then neither its pid nor its group's id can be another's. */
export function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
	if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
	signalPid(-child.pid, signal);
}
