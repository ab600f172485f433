/**
 * Facts about processes of this machine: who runs, who started whom, and signals that never reach a reused pid. One interface, two
 * sources: `/proc` (Linux) and `ps` (elsewhere). What to do with the facts is up to the caller.
 */

import type { ProcessPlace } from './process-place.ts';

/** pid + start stamp. A pid whose stamp differs is another process and is never signalled. */
export interface ProcessIdentity {
	pid: number;
	/** Opaque start stamp (Linux: field 22 of /proc/PID/stat; elsewhere `ps -o lstart=`). */
	start: string;
	/** At most 200 characters of the command line, for people; control characters replaced. */
	command: string;
}

/** One row of a snapshot. */
export interface ProcessEntry {
	pid: number;
	start: string;
	parent: number;
	group: number;
	/** The session's id, or null when the source does not report it. */
	session: number | null;
	/** Short name as the kernel keeps it (`node`, `tmux: server`). */
	name: string;
}

export interface ProcessTable {
	/** Every live process; zombies are left out. */
	snapshot(): ProcessEntry[];
	/** The process that has this pid now, or null when there is none or only a zombie. */
	identify(pid: number): ProcessIdentity | null;
	/** True while that very process runs. A zombie is dead. */
	isAlive(identity: Pick<ProcessIdentity, 'pid' | 'start'>): boolean;
	/** Those of `identities` that still run. */
	alive<T extends Pick<ProcessIdentity, 'pid' | 'start'>>(identities: readonly T[]): T[];
	/** Live descendants, those in sessions and groups of their own included, as long as the chain of parents holds. */
	descendants(root: Pick<ProcessIdentity, 'pid' | 'start'>): ProcessIdentity[];
	/**
	 * Processes started with these variables, each with its value; only those this user may read. `after`: only processes started
	 * after the one with that pid, where the system numbers them in order; older ones may still be among them.
	 */
	withEnvironment(
		variables: Readonly<Record<string, string>>,
		options?: { after?: number | null },
	): ProcessIdentity[];
	/** Sends the signal unless the pid now belongs to another process. False when nothing was signalled. */
	signal(identity: Pick<ProcessIdentity, 'pid' | 'start'>, signal: NodeJS.Signals): boolean;
	/** This process. */
	place(): ProcessPlace;
	/** Seconds since this machine booted. */
	uptime(): number;
}
