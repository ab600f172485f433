/**
 * One agent as a running process, whatever carries it: start, bytes in order, the exact exit, and the stop of the whole tree. The
 * meaning of the bytes is left to others.
 */
import type { ProcessIdentity } from '../core/processes/process-table.ts';

export type { ProcessIdentity };

export interface ProcessSpec {
	/** Absolute path. */
	executable: string;
	args: readonly string[];
	/** The whole environment. */
	env: Readonly<Record<string, string>>;
	cwd: string;
	/** Becomes stdin; null: stdin stays open for `write`. */
	promptPath: string | null;
	/** Receives fd 2 by appending, and is followed. Created 0600 when missing. */
	stderrPath: string;
	/**
	 * The agent begins once this resolves; its terminal and its wrapper are made meanwhile. If it rejects, nothing is started, and the
	 * start throws the same. Default: at once.
	 */
	mayBegin?: Promise<void>;
	columns?: number;
	rows?: number;
	/** It has the terminal for itself, as a job of the wrapper, which tells of it in `stderrPath`; `promptPath` is null. */
	isTui?: boolean;
	/** True for an exit code that is the CLI's own and does not mean a signal (128 + n). Default: always false. */
	claimsExitCode?: (code: number) => boolean;
}

export interface ProcessEnd {
	exitCode: number | null;
	/** Only for a signal the relay sent, or for an exit code - 128 in {1,2,3,6,9,11,13,15} that `claimsExitCode` does not claim. */
	signal: NodeJS.Signals | null;
	/** `marker`: the wrapper reported the exit code after the last byte. `hangup`: the wrapper itself died. */
	seen: 'marker' | 'hangup';
}

export interface StopGraces {
	/** Between interrupt and SIGTERM, ms. 0 = skip the interrupt. */
	interruptMs: number;
	/** Between SIGTERM and SIGKILL, ms. 0 = skip SIGTERM. */
	terminateMs: number;
}

export interface AgentProcess {
	/** The wrapper (group and session leader of the terminal). */
	readonly identity: ProcessIdentity;
	/** Resolves after the last byte of both channels was delivered. Never rejects. */
	readonly ended: Promise<ProcessEnd>;
	/**
	 * Writes to its stdin; on a terminal as if a person had typed it, without echo. Resolves when the system has taken it. Writes
	 * nothing once the process has ended. Never rejects.
	 */
	write(bytes: Buffer): Promise<void>;
	/** True while something below the wrapper waits for terminal input, if the system shows it. */
	isTerminalRead(): boolean;
	/** Live descendants of the wrapper now, tool processes in sessions of their own included. */
	descendants(): ProcessIdentity[];
	/**
	 * Ends the whole tree: interrupt, SIGTERM, SIGKILL to every recorded process that is still the same, the wrapper last.
	 * Idempotent: a second call can only shorten the graces. `known` adds identities sampled earlier. Resolves when `ended` has and
	 * nothing recorded is alive; returns what had to be killed.
	 */
	stop(graces: StopGraces, known?: readonly ProcessIdentity[]): Promise<{ killed: ProcessIdentity[] }>;
}

export interface ProcessHandlers {
	onOutput(chunk: Buffer): void;
	onStderr(chunk: Buffer): void;
}

/** Starts the agent. Throws only when nothing was started (no PTY left, executable missing). */
export type StartAgentProcess = (spec: ProcessSpec, handlers: ProcessHandlers) => Promise<AgentProcess>;
