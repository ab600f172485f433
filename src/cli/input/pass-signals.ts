import type { ChildProcess } from 'node:child_process';
import type { App } from '../../app/create-app.ts';
import { createProcessSignals } from '../../core/processes/own-signals.ts';

/**
 * For a program that has the terminal: Ctrl+C is its own, and what ends us ends it first, so that it leaves the terminal as it found
 * it. Until the returned function is called.
 */
export function passSignals(
	child: ChildProcess,
	ended: Promise<unknown>,
	{ leave, outlivesTerminal }: Pick<App, 'leave' | 'outlivesTerminal'>,
): () => void {
	const signals = createProcessSignals(process, { outlivesTerminal });
	let isLeaving = false;
	const leaveWith = (signal: NodeJS.Signals, exitCode: number) => () => {
		// Asked twice: it does not end by itself.
		if (isLeaving) leave(exitCode);
		isLeaving = true;
		child.kill(signal);
		void ended.then(() => leave(exitCode));
	};
	const off = [
		signals.on('SIGINT', () => undefined),
		signals.on('SIGTERM', leaveWith('SIGTERM', 143)),
		signals.on('SIGHUP', leaveWith('SIGHUP', 129)),
	];
	return () => {
		for (const stop of off) stop();
	};
}
