import { hasErrno } from '../errors.ts';

/** Longest command line kept for people, characters. */
const MAX_COMMAND = 200;

/** Sends a signal. False when there is no such process (any more) or it belongs to someone else. */
export function signalPid(pid: number, signal: NodeJS.Signals): boolean {
	try {
		return process.kill(pid, signal);
	} catch (error) {
		if (hasErrno(error, 'ESRCH', 'EPERM')) return false;
		throw error;
	}
}

/** A command line fit to be shown: one line, no control characters, at most 200 characters. */
export function commandText(text: string): string {
	return text
		.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
		.trim()
		.slice(0, MAX_COMMAND);
}
