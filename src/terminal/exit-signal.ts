/** The signals that end programs in practice, by number. Any code outside 128 + these is the program's own. */
const SIGNALS: ReadonlyMap<number, NodeJS.Signals> = new Map([
	[1, 'SIGHUP'],
	[2, 'SIGINT'],
	[3, 'SIGQUIT'],
	[6, 'SIGABRT'],
	[9, 'SIGKILL'],
	[11, 'SIGSEGV'],
	[13, 'SIGPIPE'],
	[15, 'SIGTERM'],
]);

/**
 * The signal that a shell's exit code `128 + n` means, or null. A shell cannot distinguish a signal from a program that exits with
 * that code itself, so a code that the CLI claims counts as a signal only if we sent that signal.
 */
export function exitSignal(
	exitCode: number,
	sent: ReadonlySet<NodeJS.Signals>,
	claimsExitCode: (code: number) => boolean = () => false,
): NodeJS.Signals | null {
	const signal = SIGNALS.get(exitCode - 128);
	if (signal === undefined) return null;
	return sent.has(signal) || !claimsExitCode(exitCode) ? signal : null;
}
