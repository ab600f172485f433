import type { ChildProcess } from 'node:child_process';
import { signalPid } from './process-signal.ts';

/** One listener for all children: from the eleventh on Node warns of a leak. */
const running = new Set<ChildProcess>();

/**
 * Kills the child's process group if this process exits before the child does: a timeout of ours could no longer end it. `child`
 * must lead its group.
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

/** Kills them now; whoever waits for one sees a program ended by a signal. */
export function killRunning(): void {
	for (const child of running) signalGroup(child, 'SIGKILL');
}

/** Signals only while the leader has not been reaped: until then neither its pid nor its group's id can be reused. */
export function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
	if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
	signalPid(-child.pid, signal);
}
