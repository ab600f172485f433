/**
 * Decides whether the end of a terminal ends this process. `nohup` and a shell's `trap '' HUP` ignore SIGHUP for what they start,
 * but Node puts every signal back to its default before any code of ours runs (`ResetSignalHandlers` in Node's src/node.cc, seen
 * with 20.20), so this can no longer be read. How the process was started still shows.
 */
import { fstatSync } from 'node:fs';
import { isTerminal } from './is-terminal.ts';

/** `kept`: a file, /dev/null or a closed stream, with nobody waiting at the other end. */
export type StreamKind = 'terminal' | 'kept' | 'read';

/**
 * True when the process was started by `nohup` away from the keyboard, or has no terminal at its input and neither a terminal nor a
 * reader at its outputs: nobody's leaving should end such a run. SIGTERM still does.
 */
export function outlivesTerminal(
	[input, output, errorOutput]: readonly [StreamKind, StreamKind, StreamKind],
	env: Readonly<Record<string, string | undefined>>,
): boolean {
	if (input === 'terminal') return false;
	// bash, zsh and ksh put the path of what they start in `_`; nohup passes it on.
	if (/(?:^|\/)nohup$/.test(env._ ?? '')) return true;
	return output === 'kept' && errorOutput === 'kept';
}

export function standardStreamKinds(): [StreamKind, StreamKind, StreamKind] {
	return [kindOf(0), kindOf(1), kindOf(2)];
}

function kindOf(fd: number): StreamKind {
	if (isTerminal(fd)) return 'terminal';
	try {
		const facts = fstatSync(fd);
		return facts.isFile() || facts.isCharacterDevice() ? 'kept' : 'read';
	} catch {
		return 'kept';
	}
}
