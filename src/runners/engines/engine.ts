/** What runs runners: tmux here, or tmux in a container. One interface; each kind a module of this folder. */

import type { RunnerRecord } from '../runner-record.ts';
import type { Probe } from '../runner-state.ts';

interface Words {
	program: string;
	args: readonly string[];
	env: Readonly<Record<string, string>>;
}

/** What is started. */
export interface StartWork {
	/** A program (absolute, or a name of a container's PATH) and its arguments. */
	command: readonly string[];
	/** The whole environment; in a container only the names in `passed` are taken from it. */
	env: Readonly<Record<string, string>>;
	passed: readonly string[];
	/** `name=address` for a container. */
	hosts: readonly { name: string; address: string }[];
}

/** How the programs of a runner ended. */
export type Stopped = 'was_stopped' | 'ended' | 'killed';

export interface Engine {
	/** In their order. Never throws: what cannot be asked, or does not answer within so many ms, is `unknown`. */
	probe(runners: readonly RunnerRecord[], within?: number): Promise<Probe[]>;
	/** Throws `not_started` with what the program said; then nothing is left running. */
	start(runner: RunnerRecord, work: StartWork): Promise<void>;
	/** What shows it on this terminal. */
	attachWords(runner: RunnerRecord): Promise<Words>;
	/** Drops every client; how many there were. */
	detach(runner: RunnerRecord): Promise<number>;
	/** SIGTERM, 10 s, SIGKILL. Throws `agent_survived` where something is left all the same. */
	stop(runner: RunnerRecord): Promise<Stopped>;
	/** What it holds outside the folder of a runner that is stopped; what was removed, for people. */
	remove(runner: RunnerRecord): Promise<string[]>;
	/** Pastes text, and presses Enter after it. */
	send(runner: RunnerRecord, text: string, options: { enter: boolean }): Promise<void>;
	/** The screen as text. */
	peek(runner: RunnerRecord): Promise<string>;
}

/** Between SIGTERM and SIGKILL. */
export const GRACE_MS = 10_000;
