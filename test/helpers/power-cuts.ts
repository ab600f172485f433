/**
 * What a power cut can leave of files, by what this process wrote and synced. Every call that changes a file below the watched
 * folders gives one moment; at each, a file whose bytes were not synced may be empty or cut (but for the synced bytes that it was
 * appended to), and a name that was not synced with its folder may be missing, or lead to what stood there before.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { dirname, join } from 'node:path';

/** How a file looks after the cut. */
export type Damage = 'empty' | 'cut' | 'missing';

interface Known {
	/** Bytes are on disk. */
	isSynced: boolean;
	/** The name is on disk. */
	isNamed: boolean;
	/** What the name leads to where it is not: the bytes before, null for no file. */
	before: Buffer | null;
	/** As it was when it was synced last; empty: never. */
	durable: Buffer;
}

const UNKNOWN: Known = { isSynced: false, isNamed: false, before: null, durable: Buffer.alloc(0) };

interface SeenFile extends Known {
	path: string;
	bytes: Buffer;
}

export interface Moment {
	/** The call that was just made. */
	call: string;
	files: SeenFile[];
}

/** Watches until `stop`. Files that other processes write (git, an agent) count as never synced. */
export function watchWrites(folders: readonly string[]): { moments: Moment[]; stop: () => void } {
	const moments: Moment[] = [];
	const known = new Map<string, Known>();
	const paths = new Map<number, string>();
	const isWatched = (path: unknown): path is string =>
		typeof path === 'string' && folders.some((folder) => path.startsWith(`${folder}/`));
	const original = { ...fs };
	const take = (call: string, path: string) =>
		moments.push({
			call: `${call} ${path}`,
			files: folders.flatMap((folder) => filesBelow(folder, known, original)),
		});
	const wrote = (path: string) => {
		known.set(path, { ...(known.get(path) ?? UNKNOWN), isSynced: false });
	};
	const synced = (path: string) => {
		if (original.statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
			for (const [file, now] of known) if (dirname(file) === path) known.set(file, { ...now, isNamed: true });
			return;
		}
		const now = known.get(path);
		if (now) known.set(path, { ...now, isSynced: true, durable: original.readFileSync(path) });
	};
	const renamed = (from: string, to: string, before: Buffer | null) => {
		const [moved, old] = [known.get(from), known.get(to)];
		known.delete(from);
		// What is not on disk by its name yet leaves what was there before that.
		const last = old !== undefined && !(old.isNamed && old.isSynced) ? old.before : before;
		known.set(to, { ...(moved ?? UNKNOWN), isNamed: false, before: last });
	};
	/** What is reached through an open folder, by its name. */
	const named = (path: unknown): string => {
		const [, folder = '', rest = ''] = /^(\/proc\/self\/fd\/\d+)(.*)$/.exec(String(path)) ?? [];
		return folder === '' ? String(path) : original.readlinkSync(folder) + rest;
	};
	const bytesOf = (path: string) => {
		try {
			return original.readFileSync(path);
		} catch {
			return null;
		}
	};

	const patched = {
		openSync: (path: string, ...rest: [never, never]) => {
			const fd = original.openSync(path, ...rest);
			if (typeof path === 'string') paths.set(fd, named(path));
			return fd;
		},
		writeSync: (fd: number, ...rest: [never]) => {
			const count = original.writeSync(fd, ...rest);
			const path = paths.get(fd);
			if (isWatched(path)) {
				wrote(path);
				take('write', path);
			}
			return count;
		},
		fsyncSync: (fd: number) => {
			original.fsyncSync(fd);
			synced(paths.get(fd) ?? '');
		},
		fsync: (fd: number, callback: (error: NodeJS.ErrnoException | null) => void) => {
			// By the time it calls back, the number may lead to another file.
			const path = paths.get(fd) ?? '';
			original.fsync(fd, (error) => {
				if (error === null) synced(path);
				callback(error);
			});
		},
		renameSync: (from: string, to: string) => {
			const before = bytesOf(to);
			original.renameSync(from, to);
			if (!isWatched(named(to))) return;
			renamed(named(from), named(to), before);
			take('rename', named(to));
		},
		linkSync: (from: string, to: string) => {
			original.linkSync(from, to);
			if (!isWatched(to)) return;
			known.set(to, { ...(known.get(from) ?? UNKNOWN), isNamed: false, before: null });
			take('link', to);
		},
		unlinkSync: (path: string) => {
			original.unlinkSync(path);
			known.delete(named(path));
			if (isWatched(named(path))) take('unlink', named(path));
		},
	};
	Object.assign(fs, patched);
	syncBuiltinESMExports();
	const stop = () => {
		const { openSync, writeSync, fsyncSync, fsync, renameSync, linkSync, unlinkSync } = original;
		Object.assign(fs, { openSync, writeSync, fsyncSync, fsync, renameSync, linkSync, unlinkSync });
		syncBuiltinESMExports();
	};
	return { moments, stop };
}

function filesBelow(folder: string, known: ReadonlyMap<string, Known>, original: typeof fs): SeenFile[] {
	if (!original.existsSync(folder)) return [];
	return original.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
		const path = join(folder, entry.name);
		if (entry.isDirectory()) return filesBelow(path, known, original);
		if (!entry.isFile()) return [];
		try {
			const bytes = original.readFileSync(path);
			return [{ path, bytes, ...(known.get(path) ?? UNKNOWN) }];
		} catch {
			return [];
		}
	});
}

/** The files that are there after a cut at this moment, with the worst that `damage` can do to each. */
export function afterCut({ files }: Moment, damage: Damage): Array<{ path: string; bytes: Buffer }> {
	return files.flatMap(({ path, bytes, isSynced, isNamed, before, durable }) => {
		if (damage === 'missing' && !isNamed) return before === null ? [] : [{ path, bytes: before }];
		if (isSynced) return [{ path, bytes }];
		if (damage === 'missing') return [{ path, bytes }];
		const kept = bytes.subarray(0, durable.length).equals(durable) ? durable.length : 0;
		const end = damage === 'empty' ? kept : kept + (bytes.length - kept) / 2;
		return [{ path, bytes: bytes.subarray(0, end) }];
	});
}
