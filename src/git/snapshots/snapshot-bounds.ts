/**
 * Keeps the snapshots of all repos within bounds. A repo's store is set aside whole when it is old or large, as a generation that
 * is only read from then on; generations are removed when they are too old, or oldest first when all together are too large. A
 * store that a living relay uses is left alone. Trees of a new generation never need an older one: git stores again what it does
 * not see.
 */
import { type Dirent, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { basename, join } from 'node:path';
import { hasErrno } from '../../core/errors.ts';
import { removeIfThere, writeAtomic } from '../../core/files/write-file.ts';
import { dropStaleMarks, isInUse, type UserProcesses } from './snapshot-users.ts';

export interface SnapshotBounds {
	/** A store is set aside after this time, or when it is larger than this. */
	generationMs: number;
	generationBytes: number;
	/** How long a generation is kept once it is set aside. */
	keptMs: number;
	/** The bound for all stores together. */
	totalBytes: number;
}

const DAY_MS = 24 * 3_600_000;
const MIB = 1024 * 1024;

/** @internal For tests: they go past them. */
export const SNAPSHOT_BOUNDS: SnapshotBounds = {
	generationMs: 15 * DAY_MS,
	generationBytes: 256 * MIB,
	keptMs: 30 * DAY_MS,
	totalBytes: 1024 * MIB,
};

/** Reading everything takes some milliseconds for each thousand objects, so it is done once a day. */
const EVERY_MS = DAY_MS;

const STORE = /^[0-9a-f]{16}$/;
const GENERATION = /^objects\.(\d{1,15})$/;

/** Object folders that were set aside, newest first. */
export function olderGenerations(home: string): string[] {
	return entriesIn(home)
		.flatMap(({ name }) => (GENERATION.test(name) ? [name] : []))
		.sort()
		.reverse()
		.map((name) => join(home, name));
}

/** Bytes of all snapshots, estimated from a sample of their objects. */
export function snapshotBytes(stateFolder: string): number {
	return sum(storesIn(stateFolder).map(storeBytes));
}

/** The same estimate for one store. */
export const storeBytes = (home: string): number =>
	objectFolders(home).reduce((sum, folder) => sum + sizeOf(folder), 0);

/** Does nothing if it was done less than a day ago. */
export function boundSnapshots(
	stateFolder: string,
	{
		processes,
		now,
		bounds = SNAPSHOT_BOUNDS,
	}: { processes: UserProcesses; now: number; bounds?: SnapshotBounds },
): void {
	const stamp = join(stateFolder, 'bounded');
	const last = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs ?? 0;
	if (now - last < EVERY_MS && last <= now) return;
	writeAtomic(stamp, '');
	utimesSync(stamp, now / 1000, now / 1000);
	const stores = storesIn(stateFolder);
	for (const home of stores) dropStaleMarks(home, processes, now);
	const idle = stores.filter((home) => !isInUse(home, processes, now));
	for (const home of idle) {
		removeCutOff(home);
		setAside(home, now, bounds);
		removeIfEmpty(home);
	}
	removeOldest(idle, snapshotBytes(stateFolder), now, bounds);
}

/** Removes what git left of objects that it did not finish (a take that was cut off). Call it only when nobody else takes. */
export function removeCutOff(home: string): void {
	for (const folder of objectFolders(home))
		for (const part of entriesIn(folder))
			for (const { name } of entriesIn(join(folder, part.name)))
				if (name.startsWith('tmp_')) removeIfThere(join(folder, part.name, name));
}

function setAside(home: string, now: number, { generationMs, generationBytes }: SnapshotBounds): void {
	const objects = join(home, 'objects');
	const began = statSync(join(home, 'HEAD'), { throwIfNoEntry: false })?.mtimeMs ?? now;
	if (now - began < generationMs && sizeOf(objects) < generationBytes) return;
	try {
		renameSync(objects, join(home, `objects.${Math.round(now)}`));
	} catch (error) {
		if (hasErrno(error, 'ENOENT')) return;
		throw error;
	}
	startGeneration(home);
}

/** Starts a new generation with the next take: no index may count on objects that are not in it. */
function startGeneration(home: string): void {
	for (const gitDir of worktreesOf(home)) {
		removeIfThere(join(gitDir, 'index'));
		removeIfThere(join(gitDir, 'tree'));
	}
	removeIfThere(join(home, 'HEAD'));
}

/** The git dirs of a store, one for each worktree. */
export function worktreesOf(home: string): string[] {
	return entriesIn(home).flatMap(({ name }) => (STORE.test(name) ? [join(home, name)] : []));
}

/** Removes the store of a repo that has not been used since all of its generations were removed. */
function removeIfEmpty(home: string): void {
	if (objectFolders(home).length === 0) rmSync(home, { recursive: true, force: true });
}

interface Removable {
	at: number;
	folder: string;
	/** Too old; others are removed only if all together are too large. */
	isDue: boolean;
	remove: () => void;
}

function removeOldest(homes: readonly string[], total: number, now: number, bounds: SnapshotBounds): void {
	const oldestFirst = homes
		.flatMap((home) => [...generationsOf(home, now, bounds), ...currentOf(home)])
		.sort((a, b) => a.at - b.at);
	let left = total;
	for (const { folder, isDue, remove } of oldestFirst) {
		if (!isDue && left <= bounds.totalBytes) continue;
		left -= sizeOf(folder);
		remove();
	}
}

function generationsOf(home: string, now: number, { keptMs }: SnapshotBounds): Removable[] {
	return olderGenerations(home).map((folder) => {
		const at = Number(GENERATION.exec(basename(folder))?.[1]);
		return {
			at,
			folder,
			isDue: now - at >= keptMs,
			remove: () => rmSync(folder, { recursive: true, force: true }),
		};
	});
}

/** The generation the next take would add to; it is ordered by its last use. */
function currentOf(home: string): Removable[] {
	const folder = join(home, 'objects');
	const used = worktreesOf(home).map(
		(gitDir) => statSync(join(gitDir, 'tree'), { throwIfNoEntry: false })?.mtimeMs ?? 0,
	);
	const remove = () => {
		rmSync(folder, { recursive: true, force: true });
		startGeneration(home);
	};
	return [{ at: Math.max(0, ...used), folder, isDue: false, remove }];
}

function storesIn(stateFolder: string): string[] {
	return entriesIn(stateFolder)
		.filter((entry) => entry.isDirectory() && STORE.test(entry.name))
		.map(({ name }) => join(stateFolder, name));
}

function objectFolders(home: string): string[] {
	const names = entriesIn(home).map(({ name }) => name);
	return names.filter((name) => name === 'objects' || GENERATION.test(name)).map((name) => join(home, name));
}

/** Every sixteenth folder of loose objects counts for sixteen, if that is accurate enough. */
const SAMPLED = /^[0-9a-f]0$/;
const SAMPLE_OF = 16;
const ENOUGH_FILES = 32;

/** Packs are added up. */
function sizeOf(objects: string): number {
	const loose = entriesIn(objects).flatMap(({ name }) => (/^[0-9a-f]{2}$/.test(name) ? [name] : []));
	const sizesIn = (folder: string) =>
		entriesIn(join(objects, folder)).map(
			({ name }) => statSync(join(objects, folder, name), { throwIfNoEntry: false })?.size ?? 0,
		);
	const sample = loose.filter((name) => SAMPLED.test(name)).flatMap(sizesIn);
	const isEnough = sample.length >= ENOUGH_FILES;
	return sum(sizesIn('pack')) + (isEnough ? sum(sample) * SAMPLE_OF : sum(loose.flatMap(sizesIn)));
}

const sum = (sizes: readonly number[]) => sizes.reduce((total, size) => total + size, 0);

function entriesIn(folder: string): Dirent[] {
	try {
		return readdirSync(folder, { withFileTypes: true });
	} catch (error) {
		if (hasErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return [];
		throw error;
	}
}
