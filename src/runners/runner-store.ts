/**
 * The folders of runners, `<data>/runners/<uuid>/`. One appears whole and goes whole: it is built, and taken apart, under a name that
 * begins with a dot, and what an interrupted relay left under such a name is found by `leftovers`.
 */
import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { hasErrno, RelayError } from '../core/errors.ts';
import { lstatIfThere } from '../core/files/file-facts.ts';
import { lockingOf, withFileLock } from '../core/files/file-lock.ts';
import { ensureFolder, isFolder, namesIn } from '../core/files/folders.ts';
import { removeIfThere, writeAtomic } from '../core/files/write-file.ts';
import { type LockDeps, lockPath, lookAtLock, writeLock } from './runner-lock.ts';
import { type RunnerRecord, readRunner, serializeRunner, UUID } from './runner-record.ts';

/** A folder whose record cannot be read. */
export interface DamagedRunner {
	uuid: string;
	folder: string;
	error: RelayError;
}

/** What an interrupted relay left; `doing`: `create` or `delete`, in its words. */
interface Leftover {
	path: string;
	uuid: string;
	doing: 'making' | 'removing';
}

export interface RunnerStore {
	folderOf(uuid: string): string;
	/** Newest use first. */
	list(): { runners: RunnerRecord[]; damaged: DamagedRunner[] };
	/** Throws as `readRunner` does, and `not_found`. */
	read(uuid: string): RunnerRecord;
	/**
	 * `fill` gets the folder while nobody sees it; then `settle` says what is recorded, with nobody else making or changing one
	 * meanwhile. Where either throws nothing is left.
	 */
	make(
		uuid: string,
		fill: (folder: string) => Promise<void> | void,
		settle: (others: readonly RunnerRecord[]) => RunnerRecord,
	): Promise<RunnerRecord>;
	/** As recorded now, changed by `change`. Throws what that throws, and as `read`; then nothing changed. */
	update(
		uuid: string,
		change: (record: RunnerRecord, others: readonly RunnerRecord[]) => RunnerRecord,
	): RunnerRecord;
	/** The folder with all that is in it. */
	remove(uuid: string): void;
	leftovers(): Leftover[];
	clear(leftover: Leftover): void;
}

const YOUNG_MS = 2_000;
const HALF = /^\.(making|removing)-(.+)$/;

export function openRunnerStore(dataHome: string, deps: LockDeps): RunnerStore {
	const root = join(dataHome, 'runners');
	const folderOf = (uuid: string) => join(root, uuid);
	const recordPath = (folder: string) => join(folder, 'runner.json');
	const read = (uuid: string): RunnerRecord => {
		const folder = folderOf(uuid);
		if (!isFolder(folder))
			throw new RelayError('not_found', `There is no runner ${uuid}.`, {
				hint: 'See which there are: agent-relay runner list',
			});
		const record = readRunner(recordPath(folder), uuid);
		if (record !== null) return record;
		throw new RelayError('damaged_record', `${folder} has no runner.json.`, {
			hint: `Put it back, or remove the folder: agent-relay runner delete ${uuid}`,
		});
	};
	/** A maker that has just begun has no lock there yet. */
	const isYoung = (path: string) => deps.clock.now() - (lstatIfThere(path)?.mtimeMs ?? 0) < YOUNG_MS;
	const removeWhole = (path: string) => rmSync(path, { recursive: true, force: true, maxRetries: 3 });
	const list = () => {
		const runners: RunnerRecord[] = [];
		const damaged: DamagedRunner[] = [];
		for (const uuid of namesIn(root).filter((name) => UUID.test(name))) {
			try {
				runners.push(read(uuid));
			} catch (error) {
				if (!(error instanceof RelayError)) throw error;
				if (isFolder(folderOf(uuid))) damaged.push({ uuid, folder: folderOf(uuid), error });
			}
		}
		return { runners: runners.sort(byLastUse), damaged };
	};
	const write = (folder: string, record: RunnerRecord) => {
		const path = recordPath(folder);
		writeAtomic(path, serializeRunner(record, path), { sync: true });
		return record;
	};
	const alone = <Value>(act: () => Value) =>
		withFileLock(join(root, '.lock'), lockingOf(deps.processes, deps.clock), act);
	return {
		folderOf,
		read,
		list,
		update: (uuid, change) =>
			alone(() => {
				const others = list().runners.filter((one) => one.uuid !== uuid);
				return write(folderOf(uuid), change(read(uuid), others));
			}),
		make: async (uuid, fill, settle) => {
			const half = join(root, `.making-${uuid}`);
			ensureFolder(half);
			try {
				writeLock(half, 'create', deps);
				await fill(half);
				const record = alone(() => {
					const made = write(half, settle(list().runners));
					renameSync(half, folderOf(uuid));
					return made;
				});
				removeIfThere(lockPath(folderOf(uuid)));
				return record;
			} catch (error) {
				removeWhole(half);
				throw error;
			}
		},
		remove: (uuid) => {
			const half = join(root, `.removing-${uuid}`);
			renameSync(folderOf(uuid), half);
			removeWhole(half);
		},
		leftovers: () =>
			namesIn(root).flatMap((name) => {
				const [, doing, uuid = ''] = HALF.exec(name) ?? [];
				if (doing !== 'making' && doing !== 'removing') return [];
				const path = join(root, name);
				const { is } = lookAtLock(path, deps);
				return is === 'held' || (is === 'free' && isYoung(path)) ? [] : [{ path, uuid, doing }];
			}),
		clear: ({ path }) => {
			try {
				removeWhole(path);
			} catch (error) {
				// A program of whoever left it still writes there.
				if (!hasErrno(error, 'ENOTEMPTY', 'EBUSY')) throw error;
			}
		},
	};
}

const byLastUse = (a: RunnerRecord, b: RunnerRecord): number => {
	const [used, other] = [a.last_accessed ?? a.created_at, b.last_accessed ?? b.created_at];
	return used === other ? a.name.localeCompare(b.name) : used < other ? 1 : -1;
};
