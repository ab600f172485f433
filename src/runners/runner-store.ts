/**
 * The folders of runners, `<data>/runners/<uuid>/`. One appears whole and goes whole: it is built, and taken apart, under a name that
 * begins with a dot, and what an interrupted relay left under such a name is found by `leftovers`. Records change under `.lock`,
 * which a killed relay leaves behind: whoever finds it makes everything that follows from the records agree with them (`mend`).
 */
import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { hasErrno, RelayError } from '../core/errors.ts';
import { lstatIfThere } from '../core/files/file-facts.ts';
import { lockingOf, withFileLock } from '../core/files/file-lock.ts';
import { ensureFolder, isFolder, namesIn } from '../core/files/folders.ts';
import { removeIfThere, removeTemporaries, writeAtomic } from '../core/files/write-file.ts';
import { type HalfFolder, halfName, readHalfName } from './half-folders.ts';
import { type LockDeps, lockPath, lookAtLock, writeLock } from './runner-lock.ts';
import { type RunnerRecord, readRunner, serializeRunner, UUID } from './runner-record.ts';

/** A folder whose record cannot be read. */
export interface DamagedRunner {
	uuid: string;
	folder: string;
	error: RelayError;
}

/** What an interrupted relay left. */
interface Leftover extends Pick<HalfFolder, 'uuid' | 'doing'> {
	path: string;
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
	/** False: a program of whoever left it still writes there. */
	clear(leftover: Leftover): boolean;
	/** A relay changes a record now, or was killed while it did. */
	isInterrupted(): boolean;
	/** Does what a relay that was killed while it changed a record did not come to. True where that changed something. */
	mend(): boolean;
}

/** One whose process cannot be seen, and that has no lock yet, or no longer, is left alone for this time. */
const YOUNG_MS = 2_000;
const LOCK = '.lock';
/** A list does not wait longer for one that is being changed elsewhere; more than a torn lock is left for. */
const MEND_WAIT_MS = 2_500;

/**
 * `follow` makes what depends on the records agree with them, and says whether it had to change anything; called before they change,
 * with what they are going to be.
 */
export function openRunnerStore(
	dataHome: string,
	deps: LockDeps,
	follow: (runners: readonly RunnerRecord[]) => boolean = () => false,
): RunnerStore {
	const root = join(dataHome, 'runners');
	const folderOf = (uuid: string) => join(root, uuid);
	const recordPath = (folder: string) => join(folder, RECORD);
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
	const locking = lockingOf(deps.processes, deps.clock);
	const alone = <Value>(act: () => Value) => withFileLock(join(root, LOCK), locking, act);
	/** Only alone. */
	const change = <Value>(runners: readonly RunnerRecord[], act: () => Value): Value => {
		follow(runners);
		try {
			return act();
		} catch (error) {
			follow(list().runners);
			throw error;
		}
	};
	const isInterrupted = () => lstatIfThere(join(root, LOCK)) !== undefined;
	const othersOf = (uuid: string) => list().runners.filter((one) => one.uuid !== uuid);
	const isAbandoned = ({ name, isAtWork }: HalfFolder): boolean => {
		if (isAtWork !== null) return !isAtWork;
		const path = join(root, name);
		const { is } = lookAtLock(path, deps);
		return is === 'dead' || (is === 'free' && !isYoung(path));
	};
	return {
		folderOf,
		read,
		list,
		update: (uuid, changed) =>
			alone(() => {
				const others = othersOf(uuid);
				const record = changed(read(uuid), others);
				return change([...others, record], () => write(folderOf(uuid), record));
			}),
		make: async (uuid, fill, settle) => {
			const half = join(root, halfName('making', uuid, deps.processes));
			try {
				ensureFolder(half);
				writeLock(half, 'create', deps);
				await fill(half);
				return alone(() => {
					const others = list().runners;
					const made = write(half, settle(others));
					removeIfThere(lockPath(half));
					change([...others, made], () => renameSync(half, folderOf(uuid)));
					return made;
				});
			} catch (error) {
				removeWhole(half);
				throw error;
			}
		},
		remove: (uuid) => {
			const half = join(root, halfName('removing', uuid, deps.processes));
			alone(() => change(othersOf(uuid), () => renameSync(folderOf(uuid), half)));
			removeWhole(half);
		},
		leftovers: () =>
			namesIn(root)
				.flatMap((name) => readHalfName(name, deps.processes) ?? [])
				.filter(isAbandoned)
				.map(({ name, uuid, doing }) => ({ path: join(root, name), uuid, doing })),
		clear: ({ path }) => {
			try {
				removeWhole(path);
				return true;
			} catch (error) {
				if (!hasErrno(error, 'ENOTEMPTY', 'EBUSY')) throw error;
				return false;
			}
		},
		isInterrupted,
		mend: () => {
			if (!isInterrupted()) return false;
			try {
				return withFileLock(join(root, LOCK), { ...locking, timeoutMs: MEND_WAIT_MS }, () => {
					for (const name of namesIn(root)) if (UUID.test(name)) removeTemporaries(folderOf(name), isRecord);
					return follow(list().runners);
				});
			} catch (error) {
				if (error instanceof RelayError && error.code === 'not_writable') return false;
				throw error;
			}
		},
	};
}

const RECORD = 'runner.json';
const isRecord = (name: string): boolean => name === RECORD;

const byLastUse = (a: RunnerRecord, b: RunnerRecord): number => {
	const [used, other] = [a.last_accessed ?? a.created_at, b.last_accessed ?? b.created_at];
	// Without a collator, which takes Node longer to load than all of these to compare.
	if (used === other) return a.name < b.name ? -1 : 1;
	return used < other ? 1 : -1;
};
