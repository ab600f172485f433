/**
 * Folders of demos. Each says whose it is, so that a later demo can remove what one left that was killed: only what is provably a
 * demo's, of this user, and of a process that no longer runs.
 */
import { lstatSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { isOwned } from '../../core/files/file-facts.ts';
import { namesIn } from '../../core/files/folders.ts';
import { readJsonOrNull } from '../../core/files/read-file.ts';
import { standingOf } from '../../core/processes/process-place.ts';
import type { ProcessTable } from '../../core/processes/process-table.ts';

const PREFIX = 'agent-relay-demo-';
const OWNER_FILE = 'demo.json';

const ownerSchema = v.object({
	schema_version: v.literal(1),
	pid: v.number(),
	pid_start: v.string(),
	boot_id: v.nullable(v.string()),
	pid_namespace: v.nullable(v.string()),
	host: v.string(),
	/** `--keep`: it is the user's now. */
	is_kept: v.boolean(),
});

type Processes = Pick<ProcessTable, 'identify' | 'isAlive' | 'place'>;

/** A new folder below `temporary`, with its links resolved; only this user can enter it. */
export function makeDemoFolder(temporary: string, isKept: boolean, processes: Processes): string {
	const folder = realpathSync(mkdtempSync(join(temporary, PREFIX)));
	const owner: v.InferOutput<typeof ownerSchema> = {
		schema_version: 1,
		pid: process.pid,
		pid_start: processes.identify(process.pid)?.start ?? '',
		...processes.place(),
		is_kept: isKept,
	};
	writeFileSync(join(folder, OWNER_FILE), JSON.stringify(owner), { mode: 0o600 });
	return folder;
}

/** What demos left that were killed; what cannot be judged is not among it. Absolute paths. */
export function deadDemos(temporary: string, processes: Processes): string[] {
	return namesIn(temporary, 'EACCES')
		.filter((name) => name.startsWith(PREFIX))
		.map((name) => join(temporary, name))
		.filter((folder) => isDead(folder, processes));
}

/** Removes those. What cannot be removed stays. */
export function removeDeadDemos(temporary: string, processes: Processes): void {
	for (const folder of deadDemos(temporary, processes)) removeQuietly(folder);
}

function isDead(folder: string, processes: Processes): boolean {
	try {
		const facts = lstatSync(folder);
		// A folder that others may write in could hold somebody else's word.
		if (!facts.isDirectory() || !isOwned(facts) || (facts.mode & 0o022) !== 0) return false;
		const parsed = v.safeParse(ownerSchema, readJsonOrNull(join(folder, OWNER_FILE)));
		if (!parsed.success || parsed.output.is_kept) return false;
		const { pid, pid_start: start } = parsed.output;
		const standing = standingOf(parsed.output, processes.place());
		return standing === 'ended' || (standing === 'here' && !processes.isAlive({ pid, start }));
	} catch {
		return false;
	}
}

function removeQuietly(folder: string): void {
	try {
		rmSync(folder, { recursive: true, force: true });
	} catch {
		// It is in nobody's way.
	}
}
