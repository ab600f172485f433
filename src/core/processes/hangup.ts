/**
 * Whether the end of a terminal is the end of this process. `nohup` and a shell's `trap '' HUP` ignore SIGHUP for what they
 * start, but Node puts every signal back to its default before any code of ours runs (`ResetSignalHandlers` in Node's
 * src/node.cc, seen with 20.20), so that this cannot be read any more. What can be seen is how such a process is started.
 */
import { fstatSync } from 'node:fs';
import { isatty } from 'node:tty';

/** `kept`: a file, /dev/null or closed, where nobody waits at the other end. */
export type StreamKind = 'terminal' | 'kept' | 'read';

/**
 * True when the process was started by `nohup` away from the keyboard, or when no terminal is at its input and no terminal and no
 * reader at its outputs: such a run belongs to nobody whose leaving could end it. SIGTERM ends it.
 */
export function outlivesTerminal(
	[input, output, errorOutput]: readonly [StreamKind, StreamKind, StreamKind],
	env: Readonly<Record<string, string | undefined>>,
): boolean {
	if (input === 'terminal') return false;
	// bash, zsh and ksh tell a program in `_` what they started; nohup hands it on as it is.
	if (/(?:^|\/)nohup$/.test(env._ ?? '')) return true;
	return output === 'kept' && errorOutput === 'kept';
}

export function standardStreamKinds(): [StreamKind, StreamKind, StreamKind] {
	return [kindOf(0), kindOf(1), kindOf(2)];
}

function kindOf(fd: number): StreamKind {
	if (isatty(fd)) return 'terminal';
	try {
		const facts = fstatSync(fd);
		return facts.isFile() || facts.isCharacterDevice() ? 'kept' : 'read';
	} catch {
		return 'kept';
	}
}
