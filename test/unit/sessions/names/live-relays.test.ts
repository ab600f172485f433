import { execFileSync } from 'node:child_process';
import {
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	realpathSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLiveRelays } from '../../../../src/sessions/names/live-relays.ts';
import { requireNameId } from '../../../../src/sessions/names/name-id.ts';

let root: string;
let now: number;
let running: Set<string>;
beforeEach(() => {
	root = realpathSync(mkdtempSync(join(tmpdir(), 'relay-live-')));
	mkdirSync(join(root, 'store'));
	now = Date.now();
	running = new Set([`${process.pid} me`]);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const REVIEW = requireNameId('review');
const open = ({ store = 'store', host = 'here', boot = 'boot' } = {}) =>
	createLiveRelays({
		store: join(root, store),
		marks: join(root, 'state', 'relays'),
		clock: { now: () => now },
		processes: {
			identify: (pid) => ({ pid, start: 'me', command: '' }),
			isAlive: ({ pid, start }) => running.has(`${pid} ${start}`),
			place: () => ({ host, boot_id: boot, pid_namespace: 'ns' }),
		},
	});
const folder = () => join(root, 'store', 'runtime', 'review');
const begin = () => open().begin(REVIEW, { folder: '/repo', tmux: null });
const hintFile = () => join(folder(), readdirSync(folder())[0] ?? '');

describe('a live relay', () => {
	it('is seen with what it works on until it ends', () => {
		const mark = begin();
		mark.working({ agent: 'claude', session: 'S1' });
		mark.working({ agent: 'codex', session: null });
		expect(open().of(REVIEW)).toMatchObject([
			{
				standing: 'live',
				hint: { pid: process.pid, agent: 'codex', agents: ['claude', 'codex'], session: 'S1' },
			},
		]);
		mark.end();
		mark.end();
		mark.working({ agent: 'claude', session: null });
		expect(open().of(REVIEW)).toEqual([]);
		expect(readdirSync(join(root, 'state', 'relays'))).toEqual([]);
	});

	it('is stale once its process is gone, and a reused pid does not stand for it', () => {
		begin();
		running = new Set([`${process.pid} another`]);
		const [found] = open().of(REVIEW);
		expect(found).toMatchObject({ standing: 'stale', hint: { pid: process.pid } });
		if (found) open().remove(found);
		expect(open().of(REVIEW)).toEqual([]);
		expect(readdirSync(join(root, 'state', 'relays'))).toEqual([]);
	});

	it('that only a file in the repo claims is none: the process has not said so itself', () => {
		begin().end();
		running.add('4711 theirs');
		const forged = { pid: 4711, pid_start: 'theirs', host: 'here', boot_id: 'boot', pid_namespace: 'ns' };
		const rest = {
			schema_version: 1,
			started_at: '',
			folder: '/',
			agent: null,
			agents: [],
			session: null,
			tmux: null,
		};
		writeFileSync(join(folder(), '4711-x.json'), JSON.stringify({ ...rest, ...forged }));
		expect(open().of(REVIEW)).toMatchObject([{ standing: 'stale' }]);
	});

	it('of another repo is none of this one', () => {
		begin();
		const text = readFileSync(hintFile(), 'utf8');
		mkdirSync(join(root, 'other', 'runtime', 'review'), { recursive: true });
		writeFileSync(join(root, 'other', 'runtime', 'review', 'copied.json'), text);
		expect(open({ store: 'other' }).of(REVIEW)).toMatchObject([{ standing: 'stale' }]);
	});

	it('on another machine cannot be looked at, and is stale once it has been silent for long', () => {
		begin();
		expect(open({ host: 'there', boot: 'b2' }).of(REVIEW)).toMatchObject([{ standing: 'elsewhere' }]);
		now += 11 * 60_000;
		expect(open({ host: 'there', boot: 'b2' }).of(REVIEW)).toMatchObject([{ standing: 'stale' }]);
	});

	it('of an earlier boot is gone', () => {
		begin();
		expect(open({ boot: 'b2' }).of(REVIEW)).toMatchObject([{ standing: 'stale' }]);
	});

	const odd: Array<[string, (path: string) => void]> = [
		['empty', (path) => writeFileSync(path, '')],
		['torn', (path) => writeFileSync(path, '{"pid": 1')],
		['without a start time', (path) => writeFileSync(path, JSON.stringify({ schema_version: 1, pid: 1 }))],
		['for pid 0 and below', (path) => writeFileSync(path, JSON.stringify({ schema_version: 1, pid: -1 }))],
		['a pipe', (path) => execFileSync('mkfifo', [path])],
		['a folder', (path) => mkdirSync(path)],
		['a link', (path) => symlinkSync('/etc/hostname', path)],
	];
	it.each(odd)('whose hint is %s is stale, and can be removed', (_, make) => {
		mkdirSync(folder(), { recursive: true });
		make(join(folder(), 'x.json'));
		const [found] = open().of(REVIEW);
		expect(found).toMatchObject({ standing: 'stale', hint: null });
		if (found) open().remove(found);
		expect(readdirSync(folder())).toEqual([]);
	});

	it('is not written through a link in place of a folder, nor read there', () => {
		mkdirSync(join(root, 'elsewhere'));
		mkdirSync(join(root, 'store', 'runtime'));
		symlinkSync(join(root, 'elsewhere'), folder());
		expect(() => begin()).toThrow(expect.objectContaining({ code: 'refused' }));
		writeFileSync(join(root, 'elsewhere', 'x.json'), '{}');
		expect(open().of(REVIEW)).toEqual([]);
	});

	it('goes on working when its folder is removed under it', () => {
		const mark = begin();
		rmSync(join(root, 'store', 'runtime'), { recursive: true });
		mark.working({ agent: 'claude', session: null });
		mark.end();
		expect(open().folders()).toEqual([]);
	});
});
