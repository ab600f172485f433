/**
 * The shell: the user's side of one conversation. This folder reads keys and lines, shows what happens and has the
 * commands behind `/`. What an agent, a limit or a file on disk means is the relay's business, not this folder's.
 */
import { InteractiveShell } from './interactive-shell.ts';
import { openPipedShell } from './piped-shell.ts';
import type { ShellOptions } from './shell-options.ts';

/** The relay promises to close within 5 s; a shell that has to end waits no longer than that. */
const CLOSE_MS = 4500;

/**
 * Runs until the user leaves, the input ends or a signal comes; closes the relay (what runs is stopped and checkpointed) and
 * gives the exit code: 0, the last prompt's when the input is a pipe, 143 and 129 for SIGTERM and SIGHUP.
 */
export async function runShell(options: ShellOptions): Promise<number> {
	const { input, output, isDumb = false } = options;
	const isTerminal = input.isTTY === true && output.isTTY === true && !isDumb;
	const shell = isTerminal ? new InteractiveShell(options) : openPipedShell(options);
	try {
		return await shell.run();
	} finally {
		const abort = new AbortController();
		await Promise.race([
			Promise.all([shell.close(), options.relay.close()]),
			options.clock.sleep(CLOSE_MS, abort.signal),
		]);
		abort.abort();
	}
}
