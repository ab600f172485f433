import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const MEMORY_DISK = '/dev/shm';
const ROOM_BYTES = 4e9;

/**
 * Gives the tests a temporary folder in memory, where the machine has one with room: they write thousands of
 * small files and flush most of them, which takes a sixth of their time on a disk. A `TMPDIR` of your own stays.
 */
export function setup(): (() => void) | undefined {
	if (process.env.TMPDIR) return;
	const folder = inMemory();
	if (!folder) return;
	process.env.TMPDIR = folder;
	return () => {
		const left = readdirSync(folder);
		rmSync(folder, { recursive: true, force: true });
		if (left.length > 0) throw new Error(`tests left temporary folders behind: ${left.join(', ')}`);
	};
}

function inMemory(): string | null {
	let folder: string | null = null;
	try {
		const { bavail, bsize } = statfsSync(MEMORY_DISK);
		if (bavail * bsize < ROOM_BYTES) return null;
		folder = mkdtempSync(join(MEMORY_DISK, 'agent-relay-tests-'));
		// As the usual one: tests become other users too.
		chmodSync(folder, 0o1777);
		const program = join(folder, 'may-run');
		writeFileSync(program, '#!/bin/sh\n', { mode: 0o700 });
		execFileSync(program);
		rmSync(program);
		return folder;
	} catch {
		// Not there, not ours to write, or mounted so that nothing in it may run.
		if (folder) rmSync(folder, { recursive: true, force: true });
		return null;
	}
}
