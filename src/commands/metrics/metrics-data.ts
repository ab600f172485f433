import type { SessionId } from '../../core/ids.ts';
import type { GroupedBy } from './grouping.ts';
import type { Sums } from './turn-sums.ts';

export interface MetricsRow {
	/** For `lineage`, the id of its oldest session. null: the records do not say. */
	key: string | null;
	/** What it is about; of `lineage` alone. */
	title: string | null;
	sums: Sums;
}

export interface DamagedSession {
	id: SessionId;
	root: string;
	problem: string;
}

export interface MetricsData {
	by: GroupedBy;
	/** ISO-8601; null: since ever. */
	since: string | null;
	agent: string | null;
	isOfAllRepos: boolean;
	rows: readonly MetricsRow[];
	total: Sums;
	/** Turns that began on each local day that has any, in order. */
	days: ReadonlyArray<readonly [day: string, turns: number]>;
	/** What of them can be read is counted. */
	damaged: readonly DamagedSession[];
	isCsv: boolean;
	ownName: string;
	/** How this command is called where its answer is read. */
	called: string;
}
