import { closeSync, constants, openSync, readSync } from 'node:fs';

/**
 * Takes from the terminal what was typed and not read yet, so that it answers no question that it was not typed at. To be
 * called in raw mode: otherwise half a line could not be read. Does nothing where the process has no terminal.
 */
export function dropTypedAhead(): void {
	let fd: number;
	try {
		fd = openSync('/dev/tty', constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
	} catch {
		return;
	}
	const dropped = Buffer.alloc(4096);
	try {
		while (readSync(fd, dropped) > 0);
	} catch {
		// Nothing more is there (EAGAIN), or the terminal has gone.
	} finally {
		closeSync(fd);
	}
}
