import type { ProcessTable } from './process-table.ts';
import { createLinuxProcessTable } from './process-table-linux.ts';
import { createPsProcessTable } from './process-table-ps.ts';

/** The process table of this platform. */
export function createProcessTable(platform: NodeJS.Platform = process.platform): ProcessTable {
	return platform === 'linux' ? createLinuxProcessTable() : createPsProcessTable();
}
