import {
	chmodSync,
	cpSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	realpathSync,
	renameSync,
	rmSync,
	statSync,
	symlinkSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../../../src/core/clock.ts';
import { createSessionIds, parseSessionId, type SessionId } from '../../../../src/core/ids.ts';
import type { RepoFacts } from '../../../../src/git/repo-facts.ts';
import { keptSessions } from '../../../../src/prune/kept-sessions.ts';
import { removedSessions } from '../../../../src/sessions/files/removed-sessions.ts';
import { locateStore, orphanedStores, stateStores } from '../../../../src/sessions/files/store-location.ts';
import { latestUnfinished } from '../../../../src/sessions/listing/latest-session.ts';
import { nameOf, requireNameId } from '../../../../src/sessions/names/name-id.ts';
import { makeLockDraft } from '../../../../src/sessions/store/lock-draft.ts';
import type { LockProcesses } from '../../../../src/sessions/store/lock-record.ts';
import type { SessionDraft } from '../../../../src/sessions/store/make-session.ts';
import { createSessionStore } from '../../../../src/sessions/store/session-store.ts';
import { createWitnesses } from '../../../../src/sessions/witness/witness.ts';
import { fakeCheckpoint } from '../../../helpers/fake-session-meta.ts';
import { fakeTurnState } from '../../../helpers/fake-turn-state.ts';

let root: string;
let now: number;
beforeEach(() => {
	root = realpathSync(mkdtempSync(join(tmpdir(), 'relay-store-')));
	now = Date.parse('2026-05-01T12:00:00.000Z');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const clock: Clock = { now: () => now, monotonic: () => now, sleep: async () => undefined };
const facts = (): RepoFacts => ({
	kind: 'worktree',
	root,
	worktree: root,
	folder: root,
	commonDir: join(root, '.git'),
	gitDir: join(root, '.git'),
	branch: 'main',
	head: null,
});
const alive = (boot: string | null = 'boot', host = 'here'): LockProcesses => ({
	identify: (pid) => ({ pid, start: 'me', command: '' }),
	isAlive: ({ start }) => start === 'me',
	place: () => ({ host, boot_id: boot, pid_namespace: 'ns' }),
	uptime: () => 7 * 24 * 3_600,
});

function openStore(
	processes = alive(),
	{ choice, name }: { choice?: 'repo' | 'state'; name?: { id: string; isGiven: boolean } } = {},
) {
	const stateHome = join(root, 'state');
	const location = locateStore(facts(), { stateHome, ...(choice === undefined ? {} : { choice }) });
	return createSessionStore({
		location,
		clock,
		ids: createSessionIds(clock.now),
		processes,
		relayVersion: '0.1.0',
		witnesses: createWitnesses(join(root, 'state', 'witness'), clock),
		...(name === undefined ? {} : { name: () => ({ ...name, id: requireNameId(name.id) }) }),
	});
}

/** Makes a finished session whose last turn has the given status. */
function finished(
	store: ReturnType<typeof openStore>,
	status: 'completed' | 'limited' = 'completed',
): SessionId {
	const session = store.create({ kind: 'run', objective: 'fix it' });
	session.writeTurnState(turnState({ turn: 1, status }), { sync: true });
	session.apply((meta) => ({ ...meta, turn_count: 1 }), undefined);
	session.release();
	now += 1000;
	return session.id;
}

const turnState = (over: Parameters<typeof fakeTurnState>[0] = {}) => ({
	...fakeTurnState({
		started_at: new Date(now).toISOString(),
		ended_at: new Date(now).toISOString(),
		...over,
	}),
	hashes: { prompt: null, events: null, output: null },
});

const mtime = (path: string) => statSync(path).mtimeMs;

describe('the place of the store', () => {
	it('is the repo, the common dir of a bare one, or the state home when the repo cannot be written', () => {
		const stateHome = join(root, 'state');
		expect(locateStore(facts(), { stateHome })).toMatchObject({
			folder: join(root, '.agent-relay'),
			isElsewhere: false,
			notice: null,
		});
		const bare: RepoFacts = {
			...facts(),
			kind: 'bare',
			root: join(root, 'b.git'),
			commonDir: join(root, 'b.git'),
		};
		mkdirSync(join(root, 'b.git'));
		expect(locateStore(bare, { stateHome }).folder).toBe(join(root, 'b.git', 'agent-relay'));
		const linkedToBare: RepoFacts = { ...bare, kind: 'worktree', worktree: join(root, 'w') };
		expect(locateStore(linkedToBare, { stateHome }).folder).toBe(join(root, 'b.git', 'agent-relay'));
		const elsewhere = locateStore(facts(), { stateHome, isWritable: () => false });
		expect(elsewhere.folder.startsWith(join(stateHome, 'repos'))).toBe(true);
		expect(elsewhere).toMatchObject({ isElsewhere: true, notice: expect.stringContaining(root) });
	});

	it('gets private folders and an ignore file that lets config.toml through', () => {
		const session = openStore().create({ kind: 'run' });
		const store = join(root, '.agent-relay');
		expect(readFileSync(join(store, '.gitignore'), 'utf8')).toBe('*\n!config.toml\n');
		for (const path of [store, join(store, 'sessions'), session.folder, join(session.folder, 'turns')])
			expect(statSync(path).mode & 0o777).toBe(0o700);
		for (const path of ['meta.json', 'lock'])
			expect(statSync(join(session.folder, path)).mode & 0o777).toBe(0o600);
		session.release();
	});

	it.each(['.agent-relay', '.agent-relay/sessions'])('is refused when %s is a symbolic link', (path) => {
		mkdirSync(join(root, '.agent-relay'));
		mkdirSync(join(root, 'target'));
		rmSync(join(root, path), { recursive: true, force: true });
		symlinkSync(join(root, 'target'), join(root, path));
		expect(() => openStore().create({ kind: 'run' })).toThrow(
			expect.objectContaining({ code: 'refused', message: expect.stringContaining('symbolic link') }),
		);
		expect(readdirSync(join(root, 'target'))).toEqual([]);
	});

	it('in the state home is left, and nothing is read there, once the folder of all stores is a link', () => {
		const store = openStore(alive(), { choice: 'state' });
		const session = store.create({ kind: 'run', objective: 'fix it' });
		const stores = join(root, 'state/repos');
		expect(session.folder.startsWith(stores)).toBe(true);
		renameSync(stores, join(root, 'target'));
		symlinkSync(join(root, 'target'), stores);
		const before = readTree(join(root, 'target'));
		session.writePrompt(1, Buffer.from('the words'));
		expect(session.folder.startsWith(join(root, 'state/kept'))).toBe(true);
		session.release();
		expect(() => store.create({ kind: 'run' })).toThrow(
			expect.objectContaining({ code: 'refused', message: expect.stringContaining(stores) }),
		);
		expect(readTree(join(root, 'target'))).toEqual(before);
		expect(store.list().map(({ id, folder }) => [id, folder])).toEqual([[session.id, session.folder]]);
		expect(orphanedStores(join(root, 'state'))).toEqual([]);
		expect(stateStores(join(root, 'state')).map(({ root }) => root)).toEqual([root]);
	});

	it('in the state home is used even if the user made the state home a link', () => {
		mkdirSync(join(root, 'disk'));
		symlinkSync(join(root, 'disk'), join(root, 'state'));
		const store = openStore(alive(), { choice: 'state' });
		const id = finished(store);
		expect(store.read(id).id).toBe(id);
		expect(readdirSync(join(root, 'disk/repos'))).toHaveLength(1);
	});
});

const readTree = (folder: string) =>
	readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => !path.endsWith('lock'));

describe('a session', () => {
	it('whose folder, turns or meta.json is a symbolic link is not opened', () => {
		const store = openStore();
		const id = finished(store);
		const folder = join(root, '.agent-relay', 'sessions', id);
		rmSync(join(folder, 'turns'), { recursive: true });
		symlinkSync(root, join(folder, 'turns'));
		expect(() => store.open(id)).toThrow(expect.objectContaining({ code: 'refused' }));
		expect(existsSync(join(folder, 'lock'))).toBe(false);
		rmSync(join(folder, 'turns'));
		rmSync(join(folder, 'meta.json'));
		symlinkSync('/etc/hostname', join(folder, 'meta.json'));
		expect(() => store.open(id)).toThrow();
		expect(store.list()).toMatchObject([{ id, status: 'damaged' }]);
	});

	it('is locked for others from create to release, and says by whom', () => {
		const store = openStore();
		const session = store.create({ kind: 'shell' });
		expect(() => openStore().open(session.id)).toThrow(
			expect.objectContaining({
				code: 'session_locked',
				message: expect.stringContaining(`process ${process.pid} on here since 2026-05-01T12:00:00.000Z`),
			}),
		);
		session.release();
		session.release();
		const again = openStore().open(session.id);
		expect(again.notices).toEqual([]);
		again.release();
	});

	it('whose lock cannot be read names its file, not a process, also when the lock has become stale', () => {
		const store = openStore();
		const id = finished(store);
		const lock = join(root, '.agent-relay', 'sessions', id, 'lock');
		writeFileSync(lock, 'torn');
		const touched = (ms: number) => utimesSync(lock, ms / 1000, ms / 1000);
		touched(now);
		expect(() => store.open(id)).toThrow(
			expect.objectContaining({
				code: 'session_locked',
				message: expect.stringMatching(/lock .*\/lock cannot be read/),
				hint: expect.stringContaining('remove that file'),
			}),
		);
		touched(now - 3_600_000);
		const again = store.open(id);
		expect(again.notices).toEqual([
			expect.stringMatching(/^took over the lock .*\/lock, which could not be read/),
		]);
		again.release();
	});

	it('takes a lock over from a dead process at once, from another machine only after ten minutes, and says so', () => {
		const store = openStore();
		const session = store.create({ kind: 'shell' });
		const foreign = openStore(alive('other boot', 'there'));
		now += 9 * 60_000;
		expect(() => foreign.open(session.id)).toThrow(expect.objectContaining({ code: 'session_locked' }));
		now += 2 * 60_000;
		const taken = foreign.open(session.id);
		expect(taken.notices).toEqual([expect.stringContaining('cannot be checked from here')]);
		expect(() => session.apply((meta) => ({ ...meta, title: 'too late' }), undefined)).toThrow(
			expect.objectContaining({ code: 'session_locked' }),
		);
		expect(session.isLost).toBe(true);
		session.release();
		expect(existsSync(join(taken.folder, 'lock'))).toBe(true);
		const dead = { ...alive('other boot', 'there'), isAlive: () => false };
		const next = openStore(dead).open(session.id);
		expect(next.notices).toEqual([expect.stringContaining('which is gone')]);
		next.release();
		taken.release();
	});

	it('removes what a process left that was killed while taking a lock, but nothing of a living one', () => {
		const store = openStore();
		const session = store.create({ kind: 'run' });
		const sessions = join(root, '.agent-relay/sessions');
		const lock = readFileSync(join(session.folder, 'lock'), 'utf8');
		const draft = (token: string) => join(sessions, `.${session.id}.${token}.tmp`);
		const [living, dead, torn] = [draft('0'.repeat(16)), draft('1'.repeat(16)), draft('2'.repeat(16))];
		writeFileSync(living, lock);
		writeFileSync(dead, lock.replace('"pid_start":"me"', '"pid_start":"other"'));
		writeFileSync(torn, lock.slice(0, 20));
		for (const path of [living, dead, torn]) utimesSync(path, now / 1000, now / 1000);
		finished(store);
		expect([living, dead, torn].map((path) => existsSync(path))).toEqual([true, false, true]);
		now += 11 * 60_000;
		finished(store);
		expect([living, dead, torn].map((path) => existsSync(path))).toEqual([true, false, false]);
		rmSync(living);
		session.release();
	});

	it('removes at once the draft of a process that was killed before it had written a word', () => {
		const session = openStore().create({ kind: 'run' });
		const { path } = makeLockDraft(session.folder, { clock, processes: alive() });
		writeFileSync(path, '');
		utimesSync(path, now / 1000, now / 1000);
		const noProcess = { identify: () => null };
		for (const sees of [alive(), { ...alive('boot', 'elsewhere'), ...noProcess }]) {
			finished(openStore(sees));
			expect(existsSync(path)).toBe(true);
		}
		finished(openStore({ ...alive(), ...noProcess }));
		expect(existsSync(path)).toBe(false);
		session.release();
	});

	it('whose lock is of an earlier boot of this machine is free at once', () => {
		const session = openStore(alive('earlier boot')).create({ kind: 'run' });
		expect(openStore().list()).toMatchObject([{ status: 'checkpointed' }]);
		const taken = openStore().open(session.id);
		expect(taken.notices).toEqual([expect.stringContaining('which is gone')]);
		session.release();
		taken.release();
	});

	it('whose lock a power cut emptied is free once the machine has started again', () => {
		const id = finished(openStore());
		const lock = join(root, '.agent-relay', 'sessions', id, 'lock');
		writeFileSync(lock, '');
		utimesSync(lock, now / 1000 - 120, now / 1000 - 120);
		expect(() => openStore().open(id)).toThrow(expect.objectContaining({ code: 'session_locked' }));
		openStore({ ...alive(), uptime: () => 60 })
			.open(id)
			.release();
	});

	it('whose lock bears a time in the future is free ten minutes after someone met it', () => {
		const session = openStore(alive('its boot', 'there')).create({ kind: 'run' });
		const lock = join(session.folder, 'lock');
		utimesSync(lock, now / 1000 + 90 * 24 * 3_600, now / 1000 + 90 * 24 * 3_600);
		expect(() => openStore().open(session.id)).toThrow(expect.objectContaining({ code: 'session_locked' }));
		now += 11 * 60_000;
		openStore().open(session.id).release();
		session.release();
	});

	it('that is in use elsewhere is not reported as no work left', () => {
		const store = openStore();
		expect(latestUnfinished(store, { kinds: ['run'] })).toBeNull();
		const session = store.create({ kind: 'run' });
		expect(() => latestUnfinished(openStore(), { kinds: ['run'] })).toThrow(
			expect.objectContaining({ code: 'session_locked', message: expect.stringContaining('in use by') }),
		);
		expect(latestUnfinished(openStore(), { kinds: ['chat'] })).toBeNull();
		session.release();
		expect(latestUnfinished(openStore(), { kinds: ['run'] })?.id).toBe(session.id);
	});

	it('counts as used by turns only: other writes leave the time of its folder', () => {
		const store = openStore();
		const id = finished(store);
		const folder = join(root, '.agent-relay', 'sessions', id);
		utimesSync(folder, 1_700_000_000, 1_700_000_000.123);
		const before = mtime(folder);
		const session = store.open(id);
		session.apply((meta) => ({ ...meta, title: 'review' }), undefined);
		session.writeTurnState(turnState({ turn: 1 }), { isRepair: true });
		expect(() => openStore().open(id)).toThrow('in use');
		expect(mtime(folder)).toBeCloseTo(before, 2);
		session.writeTurnState(turnState({ turn: 2 }));
		expect(mtime(folder)).toBe(now);
		now += 5000;
		session.release();
		expect(mtime(folder)).toBeCloseTo(now - 5000, 2);
	});

	it('gets its true status when it is let go, and is active while it is held', () => {
		const store = openStore();
		expect(store.read(finished(store))).toMatchObject({
			status: 'completed',
			checkpoint: null,
			ended_at: '2026-05-01T12:00:00.000Z',
		});
		const limited = finished(store, 'limited');
		expect(store.read(limited)).toMatchObject({
			status: 'checkpointed',
			checkpoint: { reason: 'limit', packet: null },
		});
		const session = store.open(limited);
		expect(store.read(limited)).toMatchObject({ status: 'active', ended_at: null });
		session.apply((meta) => ({ ...meta, checkpoint: fakeCheckpoint({ reason: 'switch' }) }), undefined);
		session.release();
		expect(store.read(limited)).toMatchObject({ status: 'checkpointed', checkpoint: { reason: 'switch' } });
	});

	it('of a killed relay is reported as checkpointed without anything being written', () => {
		const store = openStore();
		const session = store.create({ kind: 'run' });
		session.writeTurnState(turnState({ status: 'running' }));
		const record = readFileSync(join(session.folder, 'meta.json'), 'utf8');
		const later = openStore({ ...alive(), isAlive: () => false });
		expect(later.list()).toMatchObject([{ status: 'checkpointed', reason: 'outcome_unknown' }]);
		expect(readFileSync(join(session.folder, 'meta.json'), 'utf8')).toBe(record);
		session.release();
	});

	it('that vanished during a turn is made again, and the recorder learns of it', () => {
		const session = openStore().create({ kind: 'run', objective: 'keep me' });
		rmSync(join(root, '.agent-relay'), { recursive: true });
		expect(session.writeTurnState(turnState())).toEqual({ recreated: true });
		expect(session.writeTurnState(turnState())).toEqual({ recreated: false });
		expect(openStore().read(session.id).objective).toBe('keep me');
		expect(() => openStore().open(session.id)).toThrow('in use');
		session.release();
	});

	it('of a newer relay is read but not opened; a damaged one is left untouched', () => {
		const store = openStore();
		const id = finished(store);
		const path = join(root, '.agent-relay', 'sessions', id, 'meta.json');
		const newer = readFileSync(path, 'utf8').replace('"schema_version": 1', '"schema_version": 9');
		writeFileSync(path, newer);
		expect(store.read(id).schema_version).toBe(9);
		expect(() => store.open(id)).toThrow(expect.objectContaining({ code: 'newer_version' }));
		writeFileSync(path, '{"half": ');
		expect(() => store.open(id)).toThrow(
			expect.objectContaining({ code: 'damaged_record', message: expect.stringContaining(path) }),
		);
		expect(readFileSync(path, 'utf8')).toBe('{"half": ');
		expect(readdirSync(join(root, '.agent-relay', 'sessions', id)).sort()).toEqual([
			'log.jsonl',
			'meta.json',
			'resume',
			'turns',
		]);
		expect(store.list()).toMatchObject([
			{ id, status: 'damaged', problem: expect.stringContaining('damaged') },
		]);
	});

	it('keeps keys it does not know through open, update and release', () => {
		const store = openStore();
		const id = finished(store);
		const path = join(root, '.agent-relay', 'sessions', id, 'meta.json');
		writeFileSync(path, JSON.stringify({ ...store.read(id), x_tool: { deep: [1] } }));
		const session = store.open(id);
		session.apply((meta) => ({ ...meta, title: 'new' }), undefined);
		session.release();
		expect(store.read(id)).toMatchObject({ title: 'new', x_tool: { deep: [1] } });
	});

	it('with a parent takes over objective, native ids and notes, and its lineage is oldest first', () => {
		const store = openStore();
		const parent = finished(store);
		const opened = store.open(parent);
		opened.apply(
			(meta) => ({
				...meta,
				agents: {
					claude: { native_session_id: 'n-1', model: 'opus', permissions: 'edit', turns: 3, last_turn: 3 },
				},
				notes: [{ at: meta.created_at, kind: 'note', text: 'mind the gap', after_turn: 2 }],
			}),
			undefined,
		);
		opened.release();
		const child = store.create({ kind: 'run', parent });
		expect(child.meta).toMatchObject({
			parent,
			objective: 'fix it',
			agents: { claude: { native_session_id: 'n-1', turns: 0, last_turn: 0 } },
			notes: [{ text: 'mind the gap', after_turn: 0 }],
		});
		expect(store.lineage(child.id).map(({ meta, turns }) => [meta.id, turns.length])).toEqual([
			[parent, 1],
			[child.id, 0],
		]);
		child.release();
	});

	it('reports a missing parent, a cycle and a damaged turn in its lineage', () => {
		const store = openStore();
		const [a, b] = [finished(store), finished(store)];
		const link = (id: SessionId, parent: string) => {
			const session = store.open(id);
			session.apply((meta) => ({ ...meta, parent }), undefined);
			session.release();
		};
		link(a, b);
		link(b, a);
		const cycle = store.lineage(a);
		expect(cycle.map(({ meta }) => meta.id)).toEqual([b, a]);
		expect(cycle[0]?.problems).toEqual([expect.stringContaining('descends from it')]);
		link(b, '01JD0000000000000000000000');
		writeFileSync(join(root, '.agent-relay', 'sessions', b, 'turns', '002-state.json'), '{');
		expect(store.lineage(b)[0]?.problems).toEqual([
			expect.stringContaining('002-state.json'),
			expect.stringContaining('cannot be read'),
		]);
		link(b, '../../etc');
		expect(store.lineage(b)[0]?.problems).toContainEqual(expect.stringContaining('not a session id'));
	});
});

describe('the list', () => {
	it('has the session used last first, which is also `latest`', () => {
		const store = openStore();
		const [first, second] = [finished(store), finished(store, 'limited')];
		expect(store.list().map(({ id }) => id)).toEqual([second, first]);
		const session = store.open(first);
		session.writeTurnState(turnState({ turn: 2 }));
		session.release();
		expect(store.list().map(({ id }) => id)).toEqual([first, second]);
		expect(store.list({ order: 'created' }).map(({ id }) => id)).toEqual([second, first]);
		expect(store.resolve('latest')).toBe(first);
		expect(store.list({ status: 'checkpointed' }).map(({ id }) => id)).toEqual([second]);
		expect(store.list({ limit: 1 })).toHaveLength(1);
		expect(store.resolve(second.slice(-6))).toBe(second);
	});

	it("follows the newest turn, whatever became of a folder's time", () => {
		const store = openStore();
		const [first, second, third] = [finished(store), finished(store), finished(store)];
		const touch = (id: SessionId, at: number) => utimesSync(store.folderOf(id), at / 1000, at / 1000);
		touch(first, now + 60_000);
		touch(second, now);
		touch(third, now - 3_600_000);
		expect(store.list().map(({ id }) => id)).toEqual([third, second, first]);
		expect(store.resolve('latest')).toBe(third);
	});

	it('by the times of the folders looks only at the newest by id, however many there are', () => {
		const store = openStore();
		const [old, ...others] = Array.from({ length: 41 }, () => finished(store));
		const touch = (id: SessionId | undefined, at: number) =>
			utimesSync(store.folderOf(id ?? expect.fail('no session')), at / 1000, at / 1000);
		touch(old, now + 60_000);
		touch(others[7], now + 30_000);
		const listed = store.list({ order: 'touched' }).map(({ id }) => id);
		expect(listed[0]).toBe(others[7]);
		expect(listed.toSorted()).toEqual(others.toSorted());
	});

	it('counts a turn in the future as now, and a repair as no use', () => {
		const store = openStore();
		const repaired = finished(store);
		const session = store.open(repaired);
		const cut = turnState({ turn: 2, started_at: new Date(now - 60_000).toISOString(), exit_code: null });
		const future = finished(store);
		const ahead = store.open(future);
		ahead.writeTurnState(turnState({ turn: 2, started_at: '2099-01-01T00:00:00.000Z', ended_at: null }));
		ahead.release();
		now += 1000;
		session.writeTurnState({ ...cut, signal: null, status: 'outcome_unknown' }, { isRepair: true });
		session.release();
		const newest = finished(store);
		expect(store.list()[0]?.lastUsedAt).toBeLessThanOrEqual(now);
		expect(store.list().map(({ id }) => id)).toEqual([future, newest, repaired]);
	});

	it('skips folders with hostile names, and never takes one that did not begin for the latest', () => {
		const store = openStore();
		const id = finished(store);
		const sessions = join(root, '.agent-relay', 'sessions');
		for (const name of [
			'..x',
			'latest',
			'$(touch x)',
			'\u001b[2J',
			id.toLowerCase(),
			'-rf',
			'01JD0000000000000000000000',
		])
			mkdirSync(join(sessions, name), { recursive: true });
		writeFileSync(join(sessions, '01JD0000000000000000000001'), 'a file');
		symlinkSync(join(sessions, id), join(sessions, '01JD0000000000000000000002'));
		expect(
			store
				.list()
				.filter(({ status }) => status !== 'damaged')
				.map((one) => one.id),
		).toContain(id);
		expect(store.list({ isBegun: true })[0]?.id).toBe(id);
		expect(store.resolve('latest')).toBe(id);
		expect(() => store.open('../../../etc' as SessionId)).toThrow();
	});

	it('shows what a relay left before its record as damaged, but not what one is just beginning', () => {
		const store = openStore();
		const id = finished(store);
		const folder = join(root, '.agent-relay/sessions', '01JD0000000000000000000000');
		const listed = () => store.list().find((one) => one.folder === folder);
		mkdirSync(join(folder, 'turns'), { recursive: true });
		utimesSync(folder, now / 1000, now / 1000);
		expect(listed()).toBeUndefined();
		now += 60_000;
		expect(listed()).toMatchObject({
			status: 'damaged',
			problem: expect.stringContaining('nothing was sent'),
		});
		for (const at of [0, 4_000_000_000]) {
			utimesSync(folder, at, at);
			expect(listed()).toMatchObject({ status: 'damaged' });
		}
		const atWork = store.open(id);
		cpSync(join(store.folderOf(id), 'lock'), join(folder, 'lock'));
		atWork.release();
		expect(listed()).toBeUndefined();
		expect(() => store.read('01JD0000000000000000000000' as SessionId)).toThrow(
			expect.objectContaining({ code: 'damaged_record' }),
		);
		writeFileSync(join(folder, 'turns/001-prompt.md'), 'the task');
		expect(listed()).toMatchObject({ problem: 'the prompt of turn 1 waits, but meta.json is missing' });
	});

	it('is empty if nothing was recorded, and creates nothing', () => {
		expect(openStore().list()).toEqual([]);
		expect(() => openStore().resolve('latest')).toThrow(expect.objectContaining({ code: 'no_such_session' }));
		expect(readdirSync(root)).toEqual([]);
	});
});

describe('new ids', () => {
	it('stay above all on disk when the clock steps back, but not above one planted in the far future', () => {
		const store = openStore();
		const first = finished(store);
		mkdirSync(join(root, '.agent-relay', 'sessions', '7ZZZZZZZZZZZZZZZZZZZZZZZZZ'));
		now -= 3_600_000;
		const second = openStore().create({ kind: 'run' });
		expect(second.id > first).toBe(true);
		expect(parseSessionId(second.id)?.startsWith('7')).toBe(false);
		second.release();
	});
});

describe('a session that is removed', () => {
	const plan = (store: ReturnType<typeof openStore>, before = now + 1) =>
		keptSessions(
			store,
			{ sessions: store.list(), about: '', children: new Map() },
			{ before, now, isUnfinishedToo: false },
		);

	it('stays, with all that it holds, if another has continued it since the look', async () => {
		const store = openStore();
		const parent = finished(store);
		now += 60_000;
		const [kept] = plan(store);
		store.create({ kind: 'run', parent }).release();
		expect(() => kept?.remove?.()).toThrow(expect.objectContaining({ code: 'refused' }));
		expect(store.turns(parent)).toHaveLength(1);
		expect(store.witness(parent).isOurs).toBe(true);
		expect(removedSessions(store.location.folder)).toEqual([]);
		// Nobody holds it.
		store.open(parent).release();
	});

	it('can no longer be a parent: a session that continues it at that moment is not made', () => {
		const store = openStore();
		const parent = finished(store);
		let problem: unknown = null;
		store.remove(parent, () => {
			if (existsSync(store.folderOf(parent))) return;
			try {
				store.create({ kind: 'run', parent });
			} catch (error) {
				problem = error;
			}
		});
		expect(problem).toMatchObject({ code: 'no_such_session' });
		expect(readdirSync(join(root, '.agent-relay', 'sessions'))).toEqual([]);
	});

	it('is gone for another process that was about to remove or open it', () => {
		const [store, other] = [openStore(), openStore()];
		const id = finished(store);
		other.read(id);
		store.remove(id);
		for (const act of [() => other.remove(id), () => other.open(id)])
			expect(act).toThrow(expect.objectContaining({ code: 'no_such_session' }));
	});
});

describe('a session that is made as one step', () => {
	const left = () => readdirSync(join(root, '.agent-relay', 'sessions'));
	const killedAfter = { ...alive(), isAlive: () => false };

	it('leaves nothing behind', async () => {
		const store = openStore();
		const id = await store.make({ kind: 'run' }, async ({ meta }) => meta);
		expect(left()).toEqual([id]);
	});

	it('is left alone while its maker lives, and swept as soon as that is dead, whatever stage it reached', async () => {
		const sessions = join(root, '.agent-relay', 'sessions');
		const kept = join(root, 'kept');
		const stages = ['begun', 'written', 'shown'];
		const keep = (stage: string) => cpSync(sessions, join(kept, stage), { recursive: true });
		const write = async ({ meta }: SessionDraft) => {
			keep('begun');
			openStore().finishRemovals();
			return meta;
		};
		const id = await openStore().make({ kind: 'run' }, write, (show) => {
			keep('written');
			show();
			keep('shown');
		});
		for (const stage of stages) {
			rmSync(sessions, { recursive: true });
			cpSync(join(kept, stage), sessions, { recursive: true });
			const names = left();
			openStore().finishRemovals();
			expect(left(), stage).toEqual(names);
			openStore(killedAfter).finishRemovals();
			expect(left(), stage).toEqual(stage === 'shown' ? [id] : []);
		}
	});

	it('leaves a draft to nobody: one that names no maker goes, and what stands in the place of a name stays', () => {
		const store = openStore();
		const other = finished(store);
		const draft = (end: string) => join(store.folderOf(other), '..', `.01BX5ZZKBKACTAV9WEVGEMMVS${end}`);
		for (const name of ['0.draft', '1.draft', '1.draft-of', '2.draft-of']) mkdirSync(draft(name));
		writeFileSync(draft('3.draft'), 'no folder');
		store.finishRemovals();
		expect(left().sort()).toEqual(
			[
				...['1.draft', '1.draft-of', '2.draft-of', '3.draft'].map((end) => basename(draft(end))),
				other,
			].sort(),
		);
	});
});

describe('a session that cannot be written', () => {
	it('leaves nothing behind when it is the first', () => {
		mkdirSync(join(root, '.agent-relay', 'sessions'), { recursive: true });
		const store = openStore();
		const session = store.create({ kind: 'run' });
		session.release();
		expect(() => store.create({ kind: 'run', parent: '01JD0000000000000000000000' as SessionId })).toThrow(
			expect.objectContaining({ code: 'no_such_session' }),
		);
		expect(readdirSync(join(root, '.agent-relay', 'sessions'))).toEqual([session.id]);
		chmodSync(join(root, '.agent-relay'), 0o700);
	});
});

describe('sessions under a name', () => {
	const under = (id: string, isGiven = true) => openStore(alive(), { name: { id, isGiven } });

	it('are recorded with it, and a child keeps the name of its parent, whatever name is in force', () => {
		const own = finished(openStore());
		const reviewed = finished(under('review'));
		expect([own, reviewed].map((id) => openStore().read(id).name)).toEqual([null, 'review']);
		const child = openStore().create({ kind: 'run', parent: reviewed });
		const other = under('other').create({ kind: 'run', parent: own });
		expect([child, other].map(({ meta }) => nameOf(meta))).toEqual(['review', 'default']);
		for (const session of [child, other]) session.release();
	});

	it('are the only ones that a listing and latest see, and @name is the latest of that name', () => {
		const own = finished(openStore());
		const reviewed = finished(under('review'));
		expect(
			openStore()
				.list()
				.map(({ id }) => id),
		).toEqual([own]);
		expect(
			under('review')
				.list()
				.map(({ id }) => id),
		).toEqual([reviewed]);
		expect(under('other').list()).toEqual([]);
		expect(
			openStore()
				.list({ name: null })
				.map(({ id }) => id),
		).toEqual([reviewed, own]);
		expect(openStore().resolve('latest')).toBe(own);
		expect(under('review').resolve('latest')).toBe(reviewed);
		expect(openStore().resolve('@review')).toBe(reviewed);
		expect(under('review', false).resolve('@default')).toBe(own);
		expect(() => openStore().resolve('@other')).toThrow(expect.objectContaining({ code: 'no_such_session' }));
	});

	it('are not found by id or name under another one that the user gave', () => {
		const own = finished(openStore());
		const reviewed = finished(under('review'));
		const refused = { code: 'no_such_session', hint: expect.stringContaining('--name review') };
		expect(() => under('other').resolve(reviewed)).toThrow(expect.objectContaining(refused));
		expect(() => under('default').resolve(reviewed.slice(-8))).toThrow(expect.objectContaining(refused));
		expect(() => under('other').resolve('@review')).toThrow(expect.objectContaining(refused));
		expect(() => under('review').resolve(own)).toThrow(
			expect.objectContaining({ code: 'no_such_session', hint: expect.stringContaining('--name default') }),
		);
		expect(openStore().resolve(reviewed)).toBe(reviewed);
		expect(under('review').resolve(reviewed)).toBe(reviewed);
	});

	it.each(['../x', '', 'Default', 'x', `a${'b'.repeat(64)}`, 'a\u202eb'])(
		'belong to default if the record has %j for one',
		(name) => {
			const id = finished(openStore());
			const path = join(openStore().folderOf(id), 'meta.json');
			writeFileSync(path, JSON.stringify({ ...openStore().read(id), name }));
			expect(
				openStore()
					.list()
					.map((one) => one.id),
			).toEqual([id]);
		},
	);
});
