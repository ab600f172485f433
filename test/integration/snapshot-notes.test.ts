import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readLarge } from '../../src/git/large-files.ts';
import { isInUse } from '../../src/git/snapshot-users.ts';

let home: string;
beforeEach(() => {
	home = mkdtempSync(join(tmpdir(), 'relay-notes-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

it('leaves a name out of the large files that no file can have', () => {
	writeFileSync(join(home, 'large.bin'), Buffer.alloc(1024 * 1024));
	writeFileSync(join(home, 'large'), ['x'.repeat(3000), 'large.bin', 'gone'].join('\0'));
	const folder = {
		gitDir: home,
		objects: home,
		alternates: '',
		worktree: home,
		writeExcludes: () => undefined,
	};
	expect(readLarge(folder)).toEqual(['large.bin']);
});

it('takes a mark of a user that is none for one from far', () => {
	const processes = {
		identify: () => null,
		isAlive: () => false,
		place: () => ({ host: 'here', boot_id: null, pid_namespace: null }),
	};
	mkdirSync(join(home, 'users'));
	writeFileSync(join(home, 'users/1-a'), '{"pid":1,"start":{"toString":1},"place":{"toString":1}}');
	expect(isInUse(home, processes, Date.now())).toBe(true);
});
