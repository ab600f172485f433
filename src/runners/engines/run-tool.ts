/** Runs tmux and the engines of containers: the one place of this room that starts programs. */
import { type ProcessResult, runProcess } from '../../core/processes/run-process.ts';

/** A program that takes longer hangs. */
const LONGEST_MS = 20_000;

export interface ToolRun {
	env: Readonly<Record<string, string>>;
	cwd: string;
	input?: string | undefined;
	timeoutMs?: number;
}

/** Throws RelayError `not_started` where there is no such program. */
export const runTool = (program: string, args: readonly string[], run: ToolRun): Promise<ProcessResult> =>
	runProcess(program, args, {
		cwd: run.cwd,
		env: run.env,
		timeoutMs: run.timeoutMs ?? LONGEST_MS,
		...(run.input === undefined ? {} : { input: run.input }),
	});
