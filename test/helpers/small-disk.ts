import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A disk of its own at `folder`, of that many KiB, until it is unmounted. Needs a mount, which not every machine allows. */
export function mountSmallDisk(folder: string, sizeKiB: number): { unmount(): void } {
	mkdirSync(folder, { recursive: true });
	execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeKiB}k`, 'none', folder], { stdio: 'ignore' });
	return { unmount: () => void execFileSync('umount', [folder], { stdio: 'ignore' }) };
}

/** Puts what is in `folder` on a disk of its own that is mounted there. Returns what unmounts it. */
export function onDiskOfItsOwn(folder: string, sizeKiB: number): () => void {
	const aside = `${folder}.aside`;
	const copy = { recursive: true, preserveTimestamps: true, verbatimSymlinks: true };
	cpSync(folder, aside, copy);
	const { unmount } = mountSmallDisk(folder, sizeKiB);
	cpSync(aside, folder, copy);
	rmSync(aside, { recursive: true });
	return unmount;
}

export const canMount = (() => {
	const probe = mkdtempSync(join(tmpdir(), 'relay-mount-'));
	try {
		mountSmallDisk(probe, 64).unmount();
		return true;
	} catch {
		return false;
	} finally {
		rmSync(probe, { recursive: true, force: true });
	}
})();

/** Fills the disk of `path` with that file, but for `freeKiB`. */
export function fillDisk(path: string, freeKiB = 0): void {
	const { bavail, bsize } = statfsSync(join(path, '..'));
	writeFileSync(path, Buffer.alloc(Math.max(0, bavail * bsize - freeKiB * 1024)));
}
