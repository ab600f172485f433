/** An agent's own TUI as a running process, on a terminal of ours whose other end somebody passes to the user. */
import type { ProcessIdentity } from './agent-process.ts';

interface TuiSpec {
	/** Absolute path. */
	executable: string;
	args: readonly string[];
	/** The whole environment. */
	env: Readonly<Record<string, string>>;
	cwd: string;
	/** A file of its wrapper, for its own words. Created 0600 when missing. */
	statusPath: string;
	columns: number;
	rows: number;
}

export interface TuiHandlers {
	/** Its bytes, unchanged. */
	onOutput(chunk: Buffer): void;
	/** It has stopped itself, for Ctrl+Z; it waits for `resume`. */
	onStopped(): void;
}

export interface TuiProcess {
	/** The wrapper: leader of the terminal's session. */
	readonly identity: ProcessIdentity;
	/** Resolves after the last byte, once nothing that it started in its terminal is alive. null: a signal ended the wrapper. Never rejects. */
	readonly ended: Promise<{ exitCode: number | null }>;
	/** As if typed. Nothing is written once it has ended. */
	write(bytes: Buffer): void;
	resize(columns: number, rows: number): void;
	/** After `onStopped`. */
	resume(): void;
	/** Live descendants of the wrapper now, those in sessions of their own included. */
	descendants(): ProcessIdentity[];
	/** SIGTERM to all of its tree, SIGKILL after `terminateMs`. Idempotent; a second call can only shorten that. Resolves when `ended` has. */
	stop(terminateMs: number): Promise<void>;
}

/** Throws `agent_not_installed`, `not_started`, `refused`; then nothing was started. */
export type StartTui = (spec: TuiSpec, handlers: TuiHandlers) => Promise<TuiProcess>;
