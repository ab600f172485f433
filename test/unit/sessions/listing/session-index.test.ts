import {
	chmodSync,
	lstatSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	realpathSync,
	rmSync,
	symlinkSync,
	truncateSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { indexSessions } from '../../../../src/sessions/listing/session-index.ts';
import type { SessionMeta } from '../../../../src/sessions/session-meta.ts';
import { Machine } from '../../../helpers/fake-machine.ts';
import { fakeCheckpoint, fakeSessionMeta } from '../../../helpers/fake-session-meta.ts';

let root: string;
/** What the list takes for now: files of the test are old by then. */
let now: number;
beforeEach(() => {
	root = realpathSync(mkdtempSync(join(tmpdir(), 'relay-index-')));
	now = Date.now() + 60_000;
	for (let at = 0; at < 40; at++) record(at);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const idOf = (at: number) => `01JD${String(at).padStart(22, '0')}`;
const metaFile = (at: number) => join(root, 'sessions', idOf(at), 'meta.json');
const textOf = (at: number, over: Partial<SessionMeta> = {}) =>
	JSON.stringify(fakeSessionMeta({ id: idOf(at), status: 'completed', objective: `task ${at}`, ...over }));

function record(at: number, over: Partial<SessionMeta> = {}): void {
	mkdirSync(join(root, 'sessions', idOf(at)), { recursive: true });
	writeFileSync(metaFile(at), textOf(at, over));
}

function index({ isThorough = false, cacheFolder = join(root, 'cache') as string | null } = {}) {
	const location = { folder: root, others: [], kept: join(root, 'none', 'kept') };
	const { processes } = new Machine();
	return indexSessions(
		location as never,
		{ cacheFolder, isThorough },
		{ clock: { now: () => now }, processes },
	);
}

/** Every session as a list has it, and how many records were read for that. */
function listed(options: Parameters<typeof index>[0] = {}) {
	const found = index(options);
	const sessions = found.ids.map((_, at) => found.session(at));
	const all = sessions.map((one, at) => {
		const { summary: _, label, ...rest } = one;
		return { ...rest, ...label, words: found.words(at) };
	});
	return { all, read: sessions.filter(({ summary }) => summary !== null).length };
}

const cacheFiles = () =>
	readdirSync(join(root, 'cache/lists')).map((name) => join(root, 'cache/lists', name));

describe('the index of sessions', () => {
	it('reads each record once, and then says the same without', () => {
		const first = listed();
		expect(first.read).toBe(40);
		expect(listed()).toEqual({ all: first.all, read: 0 });
		expect(listed({ cacheFolder: null })).toEqual(first);
		expect(cacheFiles().map((path) => lstatSync(path).mode & 0o777)).toEqual([0o600]);
	});

	it.each<[string, () => void]>([
		['deleted', () => rmSync(join(root, 'cache'), { recursive: true })],
		['torn', () => truncateSync(cacheFiles()[0] ?? '', 900)],
		['empty', () => truncateSync(cacheFiles()[0] ?? '')],
		['something else', () => writeFileSync(cacheFiles()[0] ?? '', '{"schema_version":9}'.repeat(20))],
	])('is made again where it is %s', (_, damage) => {
		const { all } = listed();
		damage();
		expect(listed()).toEqual({ all, read: 40 });
		expect(listed()).toEqual({ all, read: 0 });
	});

	it('knows the agents behind participants that have names of their own', () => {
		const participant = (id: string) => ({ id, agent: 'claude', model: null, role: null, left: null });
		record(3, {
			chat: {
				participants: [participant('claude'), participant('claude-opus')],
				until: null,
				max_turns: 4,
				permissions: 'edit',
				agreed: false,
			},
		});
		for (const { all } of [listed(), listed()]) {
			expect(all[3]?.behind).toEqual(['claude']);
			expect(all[4]?.behind).toEqual([]);
		}
	});

	it('reads a record again that has another size, time or file, and only that', () => {
		listed();
		record(7, { objective: 'another task that is longer' });
		const { all, read } = listed();
		expect(read).toBe(1);
		expect(all[7]?.words).toBe('another task that is longer');
	});

	it('is not misled by a rewrite of the same size with the old time', () => {
		listed();
		const { atime, mtime, size } = lstatSync(metaFile(7));
		writeFileSync(metaFile(7), textOf(7).replace('task 7', 'TASK 7'));
		utimesSync(metaFile(7), atime, mtime);
		expect(lstatSync(metaFile(7))).toMatchObject({ size, mtime });
		expect(listed()).toMatchObject({ read: 1, all: { 7: { words: 'TASK 7' } } });
	});

	it('keeps no record that was written just now, as it may be written again within the same millisecond', () => {
		now = Date.now();
		expect(listed().read).toBe(40);
		expect(listed().read).toBe(40);
		now += 60_000;
		listed();
		expect(listed().read).toBe(0);
	});

	it('reads each time what a record alone does not decide', () => {
		record(1, { status: 'active' });
		record(2, { status: 'checkpointed', checkpoint: null });
		record(3, { status: 'checkpointed', checkpoint: fakeCheckpoint({ reason: 'limit' }) });
		writeFileSync(metaFile(4), '{');
		listed();
		const { all, read } = listed();
		expect(read).toBe(3);
		expect([1, 2, 3, 4].map((at) => all[at]?.status)).toEqual([
			'checkpointed',
			'checkpointed',
			'checkpointed',
			'damaged',
		]);
	});

	it('takes in what is new, and leaves out what is gone', () => {
		listed();
		rmSync(join(root, 'sessions', idOf(3)), { recursive: true });
		for (let at = 40; at < 80; at++) record(at, { parent: idOf(at - 40) });
		expect(listed().read).toBe(40);
		const { all, read } = listed();
		expect(read).toBe(0);
		expect(all.map(({ id }) => id)).not.toContain(idOf(3));
		expect(all.at(-1)).toMatchObject({ id: idOf(79), parent: idOf(39), words: 'task 79' });
		expect(all[0]?.words).toBe('task 0');
	});

	it('is written again only for many new entries', () => {
		listed();
		const before = readFileSync(cacheFiles()[0] ?? '');
		for (let at = 40; at < 60; at++) record(at);
		expect(listed().read).toBe(20);
		expect(readFileSync(cacheFiles()[0] ?? '')).toEqual(before);
	});

	it('looks into each for damage that its record does not show, if it is asked to', () => {
		listed();
		symlinkSync('/nowhere', join(root, 'sessions', idOf(5), 'turns'));
		expect(listed({ isThorough: true }).all[5]).toMatchObject({ status: 'damaged' });
	});

	it('does without a cache that cannot be written, or that is a link', () => {
		mkdirSync(join(root, 'cache'), { mode: 0o500 });
		const isRoot = process.getuid?.() === 0;
		if (!isRoot) expect([listed().read, listed().read]).toEqual([40, 40]);
		chmodSync(join(root, 'cache'), 0o700);
		mkdirSync(join(root, 'elsewhere'));
		symlinkSync(join(root, 'elsewhere'), join(root, 'cache/lists'));
		expect([listed().read, listed().read]).toEqual([40, 40]);
		expect(readdirSync(join(root, 'elsewhere'))).toEqual([]);
	});
});
