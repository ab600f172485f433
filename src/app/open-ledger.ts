import type { RelayPaths } from '../config/xdg-paths.ts';
import type { Clock } from '../core/clock.ts';
import { lockingOf } from '../core/files/file-lock.ts';
import type { ProcessTable } from '../core/processes/process-table.ts';
import { createLedger, type Ledger } from '../limits/ledger.ts';
import { createQuota, type Quota } from '../limits/quota.ts';

interface LedgerPorts {
	paths: RelayPaths;
	clock: Clock;
	processes: ProcessTable;
	notice(text: string): void;
}

/** The ledger of this user, for all repos. */
export function openLedger({ paths, clock, processes, notice }: LedgerPorts): Ledger {
	return createLedger({
		file: paths.limits,
		clock,
		locking: lockingOf(processes, clock),
		onNotice: notice,
	});
}

/** What is known of this user's plans, for all repos. */
export function openQuota({ paths, clock, processes }: Omit<LedgerPorts, 'notice'>): Quota {
	return createQuota({ file: paths.quota, clock, locking: lockingOf(processes, clock) });
}
