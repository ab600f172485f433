import { spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import { withoutInheritedDescriptors } from './inherited-descriptors.ts';

export interface StartBesideOptions {
	cwd: string;
	/** The whole environment. */
	env: Readonly<Record<string, string>>;
	/** Called when it has ended, or could not be started; never after this process has. */
	onEnd: () => void;
}

/** Work beside that of the user gets what is left of the processor. */
const LOW_PRIORITY = 10;

/** Starts a program that outlives this process: a session of its own, no streams, low priority. Nothing waits for it; throws nothing. */
export function startBeside(
	executable: string,
	args: readonly string[],
	{ cwd, env, onEnd }: StartBesideOptions,
): void {
	const child = withoutInheritedDescriptors(['ignore', 'ignore', 'ignore'], (stdio) =>
		spawn(executable, args, { cwd, env: { ...env }, stdio, detached: true }),
	);
	child.once('exit', onEnd).once('error', onEnd);
	child.unref();
	try {
		if (child.pid !== undefined) setPriority(child.pid, LOW_PRIORITY);
	} catch {
		// It has ended, or this user may not.
	}
}
