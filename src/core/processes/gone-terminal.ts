import { closeSync, openSync } from 'node:fs';
import { isTerminal } from './is-terminal.ts';

/**
 * Puts /dev/null in place of every standard stream whose terminal has hung up; call it when the process exits. `fds`: the streams
 * that were a terminal at start. Node restores the terminal's modes at exit and aborts (SIGABRT, code 134 instead of ours) when
 * that fails with EIO; it leaves a reopened descriptor alone (`ResetStdio` in Node's src/node.cc, seen with 20.20.2).
 */
export function replaceGoneTerminals(fds: readonly number[]): void {
	for (const fd of fds) {
		if (isTerminal(fd)) continue;
		try {
			closeSync(fd);
			// Takes the lowest free number: the one just closed.
			openSync('/dev/null', 'r+');
		} catch {
			// Closed by someone else; Node leaves that alone as well.
		}
	}
}

/** The standard streams that are terminals now. */
export function terminalFds(): number[] {
	return [0, 1, 2].filter((fd) => isTerminal(fd));
}
