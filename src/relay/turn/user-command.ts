/** `!cmd`: the user's own shell command, where the agents start. */
import { safeText } from '../../core/text.ts';
import type { ShellCommandOptions } from '../conversation-contract.ts';
import type { RelayDeps } from '../ports.ts';
import { presentPlace } from '../resume/present-place.ts';
import { runCommand } from './run-command.ts';

/** How much of the end of the output the note keeps. */
const TAIL_BYTES = 6_000;

/** Runs it to its end; the whole tree is stopped when `signal` aborts. */
export async function runUserCommand(
	command: string,
	deps: RelayDeps,
	options: ShellCommandOptions,
): Promise<{ exitCode: number | null; tail: string }> {
	let tail = Buffer.alloc(0);
	const onOutput = (chunk: Buffer) => {
		tail = Buffer.concat([tail, chunk.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES);
		options.onOutput(chunk);
	};
	const place = { cwd: presentPlace(deps.repo).folder, env: deps.env };
	const { exitCode } = await runCommand(command, place, { ...options, onOutput }, deps);
	return { exitCode, tail: safeText(tail.toString()) };
}
