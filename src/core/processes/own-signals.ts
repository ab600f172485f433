import type { Clock } from '../clock.ts';

/** Signals of our own process, injectable so that what listens can be tested inside a test process. */
export interface OwnSignals {
	/** Returns a function that stops listening. */
	on(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGTSTP' | 'SIGCONT', listener: () => void): () => void;
	/** Runs right before the process ends, also after a crash. Synchronous work only. */
	onExit(listener: () => void): () => void;
	/**
	 * Stops the foreground process group as the terminal's own Ctrl+Z would; nothing may listen to SIGTSTP at that moment. Where no
	 * shell could resume it (an orphaned process group) the system ignores the signal, and this returns as if resumed.
	 */
	stopGroup(): void;
}

/** A process that outlives its terminal ignores SIGHUP. */
export function createProcessSignals(
	process: NodeJS.Process,
	{ outlivesTerminal }: { outlivesTerminal: boolean },
): OwnSignals {
	return {
		on(signal, listener) {
			if (signal === 'SIGHUP' && outlivesTerminal) return () => undefined;
			process.on(signal, listener);
			return () => process.off(signal, listener);
		},
		onExit(listener) {
			process.on('exit', listener);
			return () => process.off('exit', listener);
		},
		stopGroup() {
			process.kill(0, 'SIGTSTP');
		},
	};
}

/** Longer than a stop takes that is to happen. */
const STOPPED_CHECK_MS = 150;

/** As `stopGroup`; resolves once the group was woken, or was never stopped. */
export async function stopUntilWoken(
	signals: Pick<OwnSignals, 'stopGroup'>,
	clock: Pick<Clock, 'sleep'>,
): Promise<void> {
	signals.stopGroup();
	await clock.sleep(STOPPED_CHECK_MS);
}
