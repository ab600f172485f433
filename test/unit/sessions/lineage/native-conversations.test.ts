import {
	chmodSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/core/clock.ts';
import { lockingOf } from '../../../../src/core/files/file-lock.ts';
import { createSessionIds } from '../../../../src/core/ids.ts';
import { createProcessTable } from '../../../../src/core/processes/create-process-table.ts';
import { createNativeConversations } from '../../../../src/sessions/lineage/native-conversations.ts';

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'relay-conversations-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const nextId = createSessionIds(() => systemClock.now());
const [a, b, c] = [nextId(null), nextId(null), nextId(null)];
const talk = { agent: 'claude', nativeId: 'an id\u0000 of ../../any form' };
const processes = createProcessTable();
const at = (now: number) =>
	createNativeConversations({
		folder,
		clock: { now: () => now },
		locking: lockingOf(processes, systemClock),
		processes,
	});
const here = () => at(systemClock.now());
const file = () => join(folder, readdirSync(folder).find((name) => name.endsWith('.json')) ?? '');
const changeHolder = (over: object) => {
	const record = JSON.parse(readFileSync(file(), 'utf8'));
	writeFileSync(file(), JSON.stringify({ ...record, holder: { ...record.holder, ...over } }));
};

describe('a conversation of an agent', () => {
	it('serves one session at a time', () => {
		const first = here().begin(talk, a);
		expect(first.busyBy).toBeNull();
		expect(here().begin(talk, b).busyBy).toBe(a);
		expect(here().begin({ ...talk, agent: 'codex' }, b).busyBy).toBeNull();
		first.end(talk);
		expect(here().begin(talk, b).busyBy).toBeNull();
	});

	it('is neither taken nor remembered for a session that may not join those in it', () => {
		here().begin(talk, a).end(talk);
		const asked: unknown[] = [];
		const use = here().begin(talk, b, (users) => asked.push(users) < 0);
		expect(use.isOthers).toBe(true);
		expect(asked.at(-1)).toEqual([a]);
		use.end(null);
		expect(here().begin(talk, a).othersSince([a])).toEqual([]);
	});

	it('is free once its process is gone, or was of an earlier boot', () => {
		for (const over of [{ pid: 2 ** 22 + 1 }, { pid_start: 'another' }, { boot_id: 'an earlier one' }]) {
			here().begin(talk, a);
			changeHolder(over);
			expect(here().begin(talk, b).busyBy).toBeNull();
			rmSync(file());
		}
	});

	it('of another machine whose clock was ahead is free an hour after it was seen', () => {
		here().begin(talk, a);
		const now = systemClock.now();
		changeHolder({ host: 'elsewhere', boot_id: 'another', since: '2999-01-01T00:00:00.000Z' });
		expect(at(now).begin(talk, b).busyBy).toBe(a);
		expect(at(now + 3_500_000).begin(talk, b).busyBy).toBe(a);
		expect(at(now + 3_700_000).begin(talk, b).busyBy).toBeNull();
	});

	it('of another machine is free after an hour', () => {
		here().begin(talk, a);
		const there = { host: 'elsewhere', boot_id: 'another' };
		changeHolder(there);
		expect(here().begin(talk, b).busyBy).toBe(a);
		changeHolder({ ...there, since: new Date(systemClock.now() - 3_700_000).toISOString() });
		expect(here().begin(talk, b).busyBy).toBeNull();
	});

	it('knows who has used it since, even if that one was killed', () => {
		here().begin(null, a).end(talk);
		here().begin(talk, b).end(talk);
		here().begin(talk, c);
		changeHolder({ pid: 2 ** 22 + 1 });
		const use = here().begin(talk, a);
		expect(use.busyBy).toBeNull();
		expect(use.othersSince([a])).toEqual([b, c]);
		expect(use.othersSince([a, c])).toEqual([]);
		expect(use.othersSince([a, b])).toEqual([c]);
	});

	it('is released when the CLI continued under another id', () => {
		const use = here().begin(talk, a);
		use.end({ agent: 'claude', nativeId: 'another' });
		use.end(talk);
		expect(here().begin(talk, b).othersSince([b])).toEqual([a]);
		expect(readdirSync(folder)).toHaveLength(2);
	});

	it.each(['', '{', '[]', '{"schema_version":1}', '{"schema_version":9}'])(
		'whose record reads %j begins anew',
		(text) => {
			here().begin(talk, a).end(talk);
			writeFileSync(file(), text);
			expect(here().begin(talk, b).busyBy).toBeNull();
		},
	);

	it('is not guarded if the state folder cannot be written, and no turn fails for it', () => {
		const closed = join(folder, 'closed');
		mkdirSync(closed);
		writeFileSync(join(closed, 'conversations'), 'a file in the way');
		const locking = lockingOf(processes, systemClock);
		const none = createNativeConversations({
			folder: join(closed, 'conversations'),
			clock: systemClock,
			locking,
			processes,
		});
		const use = none.begin(talk, a);
		expect(use.busyBy).toBeNull();
		use.end(talk);
		chmodSync(closed, 0o700);
	});

	it('is not guarded through a link in place of the state folder, and no turn fails for it', () => {
		const link = `${folder}-link`;
		symlinkSync(folder, link);
		try {
			const locking = lockingOf(processes, systemClock);
			const linked = createNativeConversations({ folder: link, clock: systemClock, locking, processes });
			expect(linked.begin(talk, a).busyBy).toBeNull();
			linked.begin(talk, b).end(talk);
			expect(readdirSync(folder)).toEqual([]);
		} finally {
			rmSync(link);
		}
	});

	it('is kept for the user alone', () => {
		here().begin(talk, a).end(talk);
		expect(statSync(file()).mode & 0o777).toBe(0o600);
	});
});
