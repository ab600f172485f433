/** A shell command of the user's, under the terminal layer like an agent: what runs in its terminal ends with the relay. */
import type { AgentProcess, ProcessIdentity, StopGraces } from '../../terminal/agent-process.ts';
import { withPrivatePath } from '../../turns/process/private-files.ts';
import type { RelayDeps } from '../ports.ts';

export interface CommandPlace {
	cwd: string;
	env: Readonly<Record<string, string>>;
}

export interface CommandControl {
	signal: AbortSignal;
	/** Ends the graces of a stop, or stops without any. */
	hardSignal?: AbortSignal;
	/** ms; default: no limit. */
	timeoutMs?: number;
	/** True: what it left in the background, even in sessions of its own, is ended after it. */
	leavesNothing?: boolean;
	/** Called once, when it has waited for input on its terminal for a second. */
	onTerminalRead?: () => void;
	/** Gets both channels in the order in which they were read. An error that it throws stops the command and is rethrown. */
	onOutput: (chunk: Buffer) => void;
}

export interface CommandEnd {
	exitCode: number | null;
	ended: 'exited' | 'timed_out' | 'stopped';
	durationMs: number;
}

type CommandDeps = Pick<RelayDeps, 'startProcess' | 'processes' | 'clock' | 'privateFolder'>;

const GRACES: StopGraces = { interruptMs: 1500, terminateMs: 500 };
const HARD: StopGraces = { interruptMs: 0, terminateMs: 100 };
/** How often its descendants are looked at, so that those in sessions of their own are known when it ends. */
const SAMPLE_MS = 1000;

/** Nobody can page or type here: programs print everything, and git asks nothing. */
const NO_ONE_TYPES: Readonly<Record<string, string>> = {
	PAGER: 'cat',
	GIT_PAGER: 'cat',
	MANPAGER: 'cat',
	SYSTEMD_PAGER: 'cat',
	GH_PAGER: 'cat',
	AWS_PAGER: 'cat',
	BAT_PAGER: 'cat',
	DELTA_PAGER: 'cat',
	PSQL_PAGER: 'cat',
	GIT_TERMINAL_PROMPT: '0',
};

/** Runs `/bin/sh -c COMMAND` to its end. */
export async function runCommand(
	command: string,
	place: CommandPlace,
	control: CommandControl,
	deps: CommandDeps,
): Promise<CommandEnd> {
	return new RunningCommand(control, deps).run(command, place);
}

class RunningCommand {
	readonly #control: CommandControl;
	readonly #deps: CommandDeps;
	readonly #seen = new Map<string, ProcessIdentity>();
	#process: AgentProcess | null = null;
	#ended: CommandEnd['ended'] = 'exited';
	#failures: unknown[] = [];
	#stopping: Promise<unknown> = Promise.resolve();
	/** Consecutive looks that found it waiting for input. */
	#waits = 0;

	constructor(control: CommandControl, deps: CommandDeps) {
		this.#control = control;
		this.#deps = deps;
	}

	async run(command: string, place: CommandPlace): Promise<CommandEnd> {
		const { clock } = this.#deps;
		const startedAt = clock.monotonic();
		this.#process = await this.#start(command, place);
		const exitCode = await this.#waitForEnd(this.#process);
		if (this.#failures.length > 0) throw this.#failures[0];
		return { exitCode, ended: this.#ended, durationMs: Math.round(clock.monotonic() - startedAt) };
	}

	/** The stderr file no longer has a name once the command runs. */
	#start(command: string, { cwd, env }: CommandPlace): Promise<AgentProcess> {
		const { startProcess, processes, privateFolder: folder } = this.#deps;
		const take = (chunk: Buffer) => this.#take(chunk);
		const shell = { executable: '/bin/sh', args: ['-c', command], env: { ...env, ...NO_ONE_TYPES }, cwd };
		return withPrivatePath({ folder, name: 'stderr', processes }, (stderrPath) =>
			startProcess({ ...shell, promptPath: '/dev/null', stderrPath }, { onOutput: take, onStderr: take }),
		);
	}

	async #waitForEnd(process: AgentProcess): Promise<number | null> {
		const { signal, hardSignal, timeoutMs, leavesNothing } = this.#control;
		const onAbort = () => this.#stop('stopped', GRACES);
		const onHardAbort = () => this.#stop('stopped', HARD);
		signal.addEventListener('abort', onAbort, { once: true });
		hardSignal?.addEventListener('abort', onHardAbort, { once: true });
		if (hardSignal?.aborted || this.#failures.length > 0) onHardAbort();
		else if (signal.aborted) onAbort();
		const sampler = setInterval(() => {
			this.#sample(process);
			this.#watchInput(process);
		}, SAMPLE_MS);
		const timer =
			timeoutMs === undefined ? undefined : setTimeout(() => this.#stop('timed_out', GRACES), timeoutMs);
		try {
			const { exitCode } = await process.ended;
			await this.#stopping;
			if (leavesNothing) await this.#endLeftovers(process);
			return exitCode;
		} finally {
			clearInterval(sampler);
			clearTimeout(timer);
			signal.removeEventListener('abort', onAbort);
			hardSignal?.removeEventListener('abort', onHardAbort);
		}
	}

	#take(chunk: Buffer): void {
		if (this.#failures.length > 0) return;
		try {
			this.#control.onOutput(chunk);
		} catch (error) {
			this.#failures.push(error);
			this.#stop('stopped', HARD);
		}
	}

	#sample(process: AgentProcess): void {
		for (const identity of process.descendants())
			this.#seen.set(`${identity.pid} ${identity.start}`, identity);
	}

	/** One look alone may meet a program that only asks the terminal something. */
	#watchInput(process: AgentProcess): void {
		const { onTerminalRead } = this.#control;
		if (onTerminalRead === undefined || this.#waits > 1) return;
		this.#waits = process.isTerminalRead() ? this.#waits + 1 : 0;
		if (this.#waits > 1) onTerminalRead();
	}

	/** The first reason stays; a later, harder stop only shortens the graces. */
	#stop(reason: CommandEnd['ended'], graces: StopGraces): void {
		if (this.#ended === 'exited') this.#ended = reason;
		if (this.#process === null) return;
		this.#sample(this.#process);
		const stop = this.#process.stop(graces, [...this.#seen.values()]);
		this.#stopping = Promise.all([this.#stopping, stop]);
	}

	async #endLeftovers(process: AgentProcess): Promise<void> {
		const left = this.#deps.processes.alive([...this.#seen.values()]);
		if (left.length > 0) await process.stop(HARD, left);
	}
}
