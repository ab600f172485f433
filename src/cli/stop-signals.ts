import type { App } from '../app/create-app.ts';
import { killRunning } from '../core/processes/end-with-us.ts';
import type { Conversation } from '../relay/conversation-contract.ts';
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
/** After a hard stop: when looks at the repo that still run are ended, and when the process leaves whatever it waits for. */
const LOOKS_MS = 3000;
const LEAVE_MS = 15_000;

/**
 * Ctrl+C interrupts, again kills; SIGTERM and SIGHUP stop the agent, and the command ends with 143 or 129. Where the run
 * outlives its terminal, SIGHUP is nobody's. After the hard stop nothing is waited for without end.
 */
export function listenForStop(
	relay: Pick<Conversation, 'stopHard'>,
	{ outlivesTerminal, leave }: Pick<App, 'outlivesTerminal' | 'leave'>,
): StopSignals {
	const abort = new AbortController();
	let code: number | null = null;
	let interruptedAt = Number.NEGATIVE_INFINITY;
	const timers: NodeJS.Timeout[] = [];
	const stopHard = () => {
		relay.stopHard();
		if (timers.length > 0) return;
		timers.push(setInterval(killRunning, LOOKS_MS).unref());
		timers.push(setTimeout(() => leave(code ?? EXIT.interrupted), LEAVE_MS).unref());
	};
	const onInterrupt = () => {
		const now = performance.now();
		if (now - interruptedAt < AGAIN_MS) stopHard();
		interruptedAt = now;
		code ??= EXIT.interrupted;
		abort.abort();
	};
	const onTerminate = () => end(143);
	const onHangup = () => end(129);
	const end = (exitCode: number) => {
		code = exitCode;
		abort.abort();
		stopHard();
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
			for (const timer of timers) clearInterval(timer);
		},
	};
}
