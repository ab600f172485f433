import { spawnSync } from 'node:child_process';
import { RelayError } from '../../core/errors.ts';
import { withoutInheritedDescriptors } from '../../core/processes/inherited-descriptors.ts';

/** Gives the terminal to a program until it ends. Its exit code, 1 after a signal. RelayError `not_started` where it is none. */
export function takeOver(
	program: string,
	args: readonly string[],
	{ env, cwd }: { env: Readonly<Record<string, string>>; cwd: string },
	hint?: string,
): number {
	const result = withoutInheritedDescriptors(['inherit', 'inherit', 'inherit'], (stdio) =>
		spawnSync(program, args, { stdio, env: { ...env }, cwd }),
	);
	if (result.error)
		throw new RelayError('not_started', `${program} cannot be started.`, hint === undefined ? {} : { hint });
	return result.status ?? 1;
}
