/**
 * One agent as a running process, whatever carries it. What lives here: start, bytes in order, the exact exit, and the stop
 * of the whole tree. What does not: what the bytes mean.
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
	/** Becomes stdin; null: stdin stays open, for what `write` is given. */
	promptPath: string | null;
	/** fd 2 is appended here, and followed. Created 0600 when missing. */
	stderrPath: string;
	columns?: number;
	rows?: number;
	/** True for an exit code that is the CLI's own and does not mean a signal (128 + n). Default: none is. */
	claimsExitCode?: (code: number) => boolean;
}

export interface ProcessEnd {
	exitCode: number | null;
	/** Only for a signal the relay sent, or exit code - 128 in {1,2,3,6,9,11,13,15} where `claimsExitCode` says no. */
	signal: NodeJS.Signals | null;
	/** `marker`: the wrapper told the exit code after the last byte. `hangup`: the wrapper itself died. */
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
	 * Gives it something to read; on a terminal as if a person had typed it, and nothing of it is echoed. Resolves when the
	 * system has taken it. Once the process has ended nothing is written. Never rejects.
	 */
	write(bytes: Buffer): Promise<void>;
	/** True while something below the wrapper waits for input of the terminal, as far as the system tells. */
	isTerminalRead(): boolean;
	/** Live descendants of the wrapper now, tool processes in sessions of their own included. */
	descendants(): ProcessIdentity[];
	/**
	 * Ends the whole tree: interrupt, SIGTERM, SIGKILL to every recorded process that still is the same, the wrapper last.
	 * Idempotent: a second call may only shorten the graces. `known` adds identities sampled earlier. Resolves when `ended`
	 * has and nothing recorded is alive; returns what had to be killed.
	 */
	stop(graces: StopGraces, known?: readonly ProcessIdentity[]): Promise<{ killed: ProcessIdentity[] }>;
}

export interface ProcessHandlers {
	onOutput(chunk: Buffer): void;
	onStderr(chunk: Buffer): void;
}

/** Starts the agent. Throws only when nothing was started (no PTY left, executable missing). */
export type StartAgentProcess = (spec: ProcessSpec, handlers: ProcessHandlers) => Promise<AgentProcess>;
