/** Wires workstreams. They hold nothing in memory, so that each caller may have its own. */
import { lockingOf } from '../core/files/file-lock.ts';
import { openWorkstreams } from '../workstreams/open-workstreams.ts';
import type { Workstreams } from '../workstreams/workstreams-contract.ts';
import type { App } from './create-app.ts';

export function workstreamsOf({
	paths,
	processes,
	clock,
}: Pick<App, 'paths' | 'processes' | 'clock'>): Workstreams {
	return openWorkstreams({ paths, locking: lockingOf(processes, clock), clock });
}
