/** The sessions of a line of work, with what readers need of each. */
import { RelayError } from '../../../core/errors.ts';
import type { SessionId } from '../../../core/ids.ts';
import type { LineageEntry } from '../../../sessions/lineage/lineage.ts';
import { trueStatus } from '../../../sessions/listing/session-list.ts';
import type { TrueStatus } from '../../../sessions/listing/session-status.ts';
import type { LogEntry } from '../../../sessions/log/log-entry.ts';
import { readLog } from '../../../sessions/log/read-log.ts';
import type { SessionStore } from '../../../sessions/store/session-store.ts';
import { settledRecord } from '../../../sessions/store/settled-record.ts';
import type { CommandContext } from '../../context.ts';

export interface FoundSession extends TrueStatus {
	/** As it reads once nobody works on it. */
	entry: LineageEntry;
	/** Empty for a record of an older version. */
	log: readonly LogEntry[];
}

/** Oldest first. `isOwn`: only this one. `onProblem` gets what could not be read. Throws for the session itself. */
export function findSessions(
	id: SessionId,
	{ isOwn }: { isOwn: boolean },
	{ store, clock, processes }: Pick<CommandContext, 'clock' | 'processes'> & { store: SessionStore },
	onProblem: (words: string) => void,
): FoundSession[] {
	const found = new Map<string, LineageEntry>();
	const chain = store.lineage(id);
	for (const entry of isOwn ? chain.slice(-1) : chain) found.set(entry.meta.id, entry);
	for (const other of isOwn ? [] : membersOf(id, store).toReversed()) {
		if (found.has(other)) continue;
		try {
			for (const entry of store.lineage(other))
				if (!found.has(entry.meta.id)) found.set(entry.meta.id, entry);
		} catch (error) {
			if (!(error instanceof RelayError)) throw error;
			onProblem(`session ${other} cannot be read: ${error.message}`);
		}
	}
	return [...found.values()]
		.sort((a, b) => (a.meta.id < b.meta.id ? -1 : 1))
		.map((recorded) => {
			for (const problem of recorded.problems) onProblem(problem);
			const status = trueStatus(recorded.folder, recorded.meta, { clock, processes });
			return { ...status, entry: settledRecord(recorded, status), log: logOf(recorded.folder, onProblem) };
		});
}

function membersOf(id: SessionId, store: SessionStore): SessionId[] {
	const lineage = store
		.lineages({ name: null })
		.found.find(({ members }) => members.some((member) => member.id === id));
	return lineage?.members.map((member) => member.id) ?? [];
}

function logOf(folder: string, onProblem: (words: string) => void): LogEntry[] {
	try {
		return readLog(folder);
	} catch (error) {
		if (!(error instanceof RelayError)) throw error;
		onProblem(error.message);
		return [];
	}
}
