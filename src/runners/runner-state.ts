/** What a runner is doing, from what was seen just now. Nothing of this is ever stored. */
import { createHash } from 'node:crypto';
import type { LockLook } from './runner-lock.ts';
import type { RunnerRecord } from './runner-record.ts';

/** What whatever runs it says. */
export type Probe =
	| { is: 'stopped' }
	| { is: 'running'; attached: number; pid: number | null; startedAs: string }
	/** It could not be asked; `why` is for people. */
	| { is: 'unknown'; why: string };

/** `-` stopped, `R` running with nobody attached, `C` somebody is attached, `L` locked and not running, `?` not known. */
export type RunnerState = '-' | 'R' | 'C' | 'L' | '?';

export function stateOf(probe: Probe, lock: LockLook): RunnerState {
	if (probe.is === 'unknown') return '?';
	if (probe.is === 'running') return probe.attached > 0 ? 'C' : 'R';
	return lock.is === 'held' ? 'L' : '-';
}

export const STATE_WORDS: Readonly<Record<RunnerState, string>> = {
	'-': 'stopped',
	R: 'running, nobody is attached',
	C: 'running, somebody is attached',
	L: 'locked, not running',
	'?': 'not known',
};

/** What a start depends on: where it differs from that of the running one, an edit waits for a restart. */
export function startDigest(record: RunnerRecord): string {
	const { agent, command, kind, image, port, protocol, dns_name, name } = record;
	const of = JSON.stringify([agent, command, kind, image, port, protocol, dns_name, name]);
	return createHash('sha256').update(of).digest('hex').slice(0, 12);
}

export const isPending = (record: RunnerRecord, probe: Probe): boolean =>
	probe.is === 'running' && probe.startedAs !== startDigest(record);
