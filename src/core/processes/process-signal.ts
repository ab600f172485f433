import { hasErrno } from '../errors.ts';

/** The longest command line kept for people, characters. */
const MAX_COMMAND = 200;

/** Sends a signal. False when the process is gone or belongs to someone else. */
export function signalPid(pid: number, signal: NodeJS.Signals): boolean {
	try {
		return process.kill(pid, signal);
	} catch (error) {
		if (hasErrno(error, 'ESRCH', 'EPERM')) return false;
		throw error;
	}
}

/** A command line made fit to show: one line, no control characters, at most 200 characters. */
export function commandText(text: string): string {
	return text
		.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
		.trim()
		.slice(0, MAX_COMMAND);
}
