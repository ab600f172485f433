import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { createSessionIds } from '../../src/core/ids.ts';
import { createProcessTable } from '../../src/core/processes/create-process-table.ts';
import { parseMeta } from '../../src/sessions/files/json-record.ts';
import { createSessionStore } from '../../src/sessions/store/session-store.ts';
import { createWitnesses } from '../../src/sessions/witness/witness.ts';
import { fakeTurnState } from '../helpers/fake-turn-state.ts';
import { canMount, mountSmallDisk } from '../helpers/small-disk.ts';

let root: string;
beforeEach(() => {
	root = realpathSync(mkdtempSync(join(tmpdir(), 'relay-full-')));
	if (canMount) mountSmallDisk(root, 256);
});
afterEach(() => {
	if (canMount) execFileSync('umount', [root]);
	rmSync(root, { recursive: true, force: true });
});

function fill(): void {
	for (let size = 64 * 1024; size >= 1; size = Math.floor(size / 2))
		try {
			for (let n = 0; n < 100; n++) writeFileSync(join(root, `filler-${size}-${n}`), Buffer.alloc(size));
		} catch (error) {
			if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
		}
}

function empty(): void {
	for (const name of readdirSync(root)) if (name.startsWith('filler-')) rmSync(join(root, name));
}

describe.skipIf(!canMount)('on a full disk', () => {
	const store = () =>
		createSessionStore({
			location: {
				folder: join(root, '.agent-relay'),
				repo: {
					kind: 'none',
					root,
					worktree: root,
					folder: root,
					commonDir: null,
					gitDir: null,
					branch: null,
					head: null,
				},
				isElsewhere: false,
				others: [],
				kept: '/nowhere',
				configFile: join(root, '.agent-relay', 'config.toml'),
				notice: null,
			},
			clock: systemClock,
			ids: createSessionIds(systemClock.now),
			processes: createProcessTable(),
			relayVersion: '0.1.0',
			witnesses: createWitnesses(join(root, 'witness'), systemClock),
		});

	it('an open session says so, keeps its last good records, and goes on when there is space', async () => {
		const session = store().create({ kind: 'run', objective: 'keep' });
		await session.settled();
		session.writeTurnState({ ...fakeTurnState(), hashes: { prompt: null, events: null, output: null } });
		fill();
		const full = expect.objectContaining({
			code: 'disk_full',
			message: expect.stringContaining(session.folder),
		});
		expect(() => session.apply((meta) => ({ ...meta, title: 'x'.repeat(9000) }), undefined)).toThrow(full);
		expect(() =>
			session.writeTurnState({
				...fakeTurnState({ turn: 2 }),
				hashes: { prompt: null, events: null, output: null },
			}),
		).toThrow(full);
		const path = join(session.folder, 'meta.json');
		expect(parseMeta(readFileSync(path, 'utf8'), path)).toMatchObject({ objective: 'keep', title: null });
		expect(readdirSync(join(session.folder, 'turns'))).toEqual(['001-state.json']);
		empty();
		expect(session.apply((meta) => ({ ...meta, title: 'later' }), undefined).title).toBe('later');
		session.release();
		expect(readdirSync(session.folder).sort()).toEqual(['log.jsonl', 'meta.json', 'resume', 'turns']);
	});

	it('a new session is refused and leaves nothing', async () => {
		const first = store().create({ kind: 'run' });
		await first.settled();
		first.release();
		fill();
		expect(() => store().create({ kind: 'run', objective: 'x'.repeat(9000) })).toThrow(
			expect.objectContaining({ code: 'disk_full' }),
		);
		expect(readdirSync(join(root, '.agent-relay', 'sessions'))).toEqual([first.id]);
	});
});
