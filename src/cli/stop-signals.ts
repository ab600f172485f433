import type { Relay } from '../relay/contract.ts';
import { EXIT } from '../relay/exit-codes.ts';

export interface StopSignals {
	readonly signal: AbortSignal;
	/** The exit code that a signal asks for; null when none came. */
	exitCode(): number | null;
	/** What Ctrl+C does, where the terminal makes no signal of it. */
	interrupt(): void;
	dispose(): void;
}

/** A second Ctrl+C within this time ends the graces. */
const AGAIN_MS = 2000;

/**
 * Ctrl+C interrupts, again kills; SIGTERM and SIGHUP stop the agent, and the command ends with 143 or 129. Where the run
 * outlives its terminal, SIGHUP is nobody's.
 */
export function listenForStop(
	relay: Pick<Relay, 'stopHard'>,
	{ outlivesTerminal }: { outlivesTerminal: boolean },
): StopSignals {
	const abort = new AbortController();
	let code: number | null = null;
	let interruptedAt = Number.NEGATIVE_INFINITY;
	const onInterrupt = () => {
		const now = performance.now();
		if (now - interruptedAt < AGAIN_MS) relay.stopHard();
		interruptedAt = now;
		code ??= EXIT.interrupted;
		abort.abort();
	};
	const onTerminate = () => end(143);
	const onHangup = () => end(129);
	const end = (exitCode: number) => {
		code = exitCode;
		abort.abort();
		relay.stopHard();
	};
	process.on('SIGINT', onInterrupt);
	process.on('SIGTERM', onTerminate);
	if (!outlivesTerminal) process.on('SIGHUP', onHangup);
	return {
		signal: abort.signal,
		exitCode: () => code,
		interrupt: onInterrupt,
		dispose: () => {
			process.off('SIGINT', onInterrupt);
			process.off('SIGTERM', onTerminate);
			process.off('SIGHUP', onHangup);
		},
	};
}
