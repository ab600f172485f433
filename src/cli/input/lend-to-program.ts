import { spawn } from 'node:child_process';
import type { App } from '../../app/create-app.ts';
import { RelayError } from '../../core/errors.ts';
import { withoutInheritedDescriptors } from '../../core/processes/inherited-descriptors.ts';
import { passSignals } from './pass-signals.ts';

interface Lent extends Pick<App, 'leave' | 'outlivesTerminal'> {
	env: Readonly<Record<string, string>>;
	cwd: string;
}

/**
 * Gives the terminal to a program until it ends, while this process goes on: an agent works, a lock is kept fresh. The program's exit
 * code, 1 after a signal. RelayError `not_started` where it is none.
 */
export async function lendToProgram(
	program: string,
	args: readonly string[],
	{ env, cwd, leave, outlivesTerminal }: Lent,
): Promise<number> {
	const child = withoutInheritedDescriptors(['inherit', 'inherit', 'inherit'], (stdio) =>
		spawn(program, args, { stdio, env: { ...env }, cwd }),
	);
	const ended = new Promise<number | null>((resolve, reject) => {
		child.once('error', () => reject(new RelayError('not_started', `${program} cannot be started.`)));
		child.once('exit', resolve);
	});
	const stopListening = passSignals(child, ended, { leave, outlivesTerminal });
	try {
		return (await ended) ?? 1;
	} finally {
		stopListening();
	}
}
