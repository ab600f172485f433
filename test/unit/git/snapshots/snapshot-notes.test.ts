import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readLarge } from '../../../../src/git/snapshots/large-files.ts';
import { dropStaleMarks, isInUse } from '../../../../src/git/snapshots/snapshot-users.ts';

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
		isTakenAsMade: false,
		writeExcludes: () => undefined,
	};
	expect(readLarge(folder)).toEqual(['large.bin']);
});

const processes = {
	identify: () => null,
	isAlive: () => false,
	place: () => ({ host: 'here', boot_id: null, pid_namespace: null }),
};

it('has a mark from far that is of a time to come age from when it was seen', () => {
	const now = Date.now();
	const mark = join(home, 'users/1-a');
	mkdirSync(join(home, 'users'));
	writeFileSync(mark, JSON.stringify({ pid: 1, start: 'x', place: 'elsewhere ' }));
	utimesSync(mark, new Date('2999-01-01'), new Date('2999-01-01'));
	dropStaleMarks(home, processes, now);
	expect(isInUse(home, processes, now)).toBe(true);
	expect(isInUse(home, processes, now + 8 * 24 * 3_600_000)).toBe(false);
});

it('takes a mark of a user that is none for one from far', () => {
	mkdirSync(join(home, 'users'));
	writeFileSync(join(home, 'users/1-a'), '{"pid":1,"start":{"toString":1},"place":{"toString":1}}');
	expect(isInUse(home, processes, Date.now())).toBe(true);
});
