import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Save } from '../../../src/workstreams/records/save-files.ts';
import { withFaults } from '../../helpers/faulty-disk.ts';
import { named, SESSION, WorkstreamScratch } from '../../helpers/open-workstreams.ts';
import { canMount, fillDisk, mountSmallDisk } from '../../helpers/small-disk.ts';

let scratch: WorkstreamScratch;
beforeEach(() => {
	scratch = new WorkstreamScratch();
});
afterEach(() => scratch.remove());

const AUTH = named('auth');
const segment = {
	from: '2026-01-02T03:00:00.000Z',
	to: '2026-01-02T03:04:00.000Z',
	bullets: ['built it'],
	decisions: [],
};
const byHand = (text: string, more: Partial<Save> = {}): Save => ({
	name: AUTH,
	state: () => text,
	by: 'hand',
	session: SESSION,
	segment,
	...more,
});
const statusOf = (name: string) =>
	scratch
		.open()
		.registry()
		.workstreams.find((one) => one.name === name)?.status;

describe('the store of workstreams', () => {
	it('creates one with a first state, attached to the session', () => {
		const store = scratch.open();
		store.create({ name: AUTH, description: 'tokens' }, { session: SESSION });
		expect(scratch.read('workstreams/auth/state.md')).toContain('# auth\n\ntokens');
		expect(JSON.parse(scratch.read('session-markers', `${SESSION.id}.json`))).toEqual({
			workstream: 'auth',
			timestamp: '2026-01-02T03:04:05.000Z',
		});
		expect(store.attachedTo(SESSION.id)).toBe('auth');
		expect(store.registry().workstreams).toEqual([
			expect.objectContaining({ name: 'auth', status: 'active', projects: [SESSION.project] }),
		]);
		expect(() => store.create({ name: AUTH, description: 'again' })).toThrow('exists already (active)');
	});

	it('saves backup, state, registry, hint and marker', () => {
		const store = scratch.open();
		store.create({ name: AUTH, description: 'tokens' });
		const before = scratch.read('workstreams/auth/state.md');
		scratch.now += 60_000;
		store.save(byHand('# mine\n'));
		expect(scratch.read('workstreams/auth/state.md')).toBe('# mine\n');
		expect(scratch.read('workstreams/auth/state.md.bak')).toBe(before);
		expect(store.registry().workstreams[0]?.last_touched).toBe('2026-01-02T03:05:05.000Z');
		expect(store.attachedTo(SESSION.id)).toBe('auth');
		expect(store.hints().hints).toEqual([
			expect.objectContaining({ session_id: SESSION.id, segments: [{ ...segment, workstream: 'auth' }] }),
		]);
		expect(readdirSync(scratch.path('session-hints'))).toEqual([`20260102T030505Z-${SESSION.id}.json`]);
	});

	it('refuses a hand-written state of 81 lines with everything as it was, and trims a machine-made one', () => {
		const store = scratch.open();
		store.create({ name: AUTH, description: 'tokens' });
		const before = scratch.files();
		expect(() => store.save(byHand('x\n'.repeat(81)))).toThrow('at most 80 lines');
		expect(scratch.files()).toEqual(before);
		store.save(byHand('x\n'.repeat(81), { by: 'machine' }));
		expect(scratch.read('workstreams/auth/state.md').split('\n').length - 1).toBeLessThanOrEqual(80);
	});

	it('saves the present one and loads the other, or neither', () => {
		const store = scratch.open();
		store.create({ name: AUTH, description: 'tokens' }, { session: SESSION });
		store.create({ name: named('docs'), description: 'pages' });
		store.save({
			name: named('docs'),
			state: null,
			by: 'machine',
			session: null,
			segment: null,
			status: 'parked',
		});
		const before = scratch.files();
		expect(() => store.switchTo(named('nope'), { saved: byHand('# s\n'), session: SESSION })).toThrow(
			'There are: auth, docs.',
		);
		expect(scratch.files()).toEqual(before);
		writeFileSync(scratch.path('workstreams/docs/plan.md'), 'the plan');
		const texts = store.switchTo(named('docs'), { saved: byHand('# s\n'), session: SESSION });
		expect(texts).toMatchObject({ plan: 'the plan', architecture: null, entry: { status: 'active' } });
		expect(scratch.read('workstreams/auth/state.md')).toBe('# s\n');
		expect(store.attachedTo(SESSION.id)).toBe('docs');
		expect([statusOf('auth'), statusOf('docs')]).toEqual(['active', 'active']);
	});

	it('attaches nobody to what is not active any more', () => {
		const store = scratch.open();
		store.create({ name: AUTH, description: 'tokens' }, { session: SESSION });
		store.save({ name: AUTH, state: null, by: 'machine', session: null, segment: null, status: 'parked' });
		expect(store.attachedTo(SESSION.id)).toBeNull();
		expect(store.hasMarker(SESSION.id)).toBe(true);
	});

	it('keeps ideas under numbers that are never given again', () => {
		const store = scratch.open();
		expect(store.addIdeas(['one', 'two']).map(({ number }) => number)).toEqual([1, 2]);
		expect(store.removeIdea(2).text).toBe('two');
		expect(store.addIdeas(['three']).map(({ number }) => number)).toEqual([3]);
		expect(() => store.removeIdea(2)).toThrow('There is no idea 2.');
	});

	it('deletes the folder with the entry', () => {
		const store = scratch.open();
		store.create({ name: AUTH, description: 'tokens' });
		store.remove(AUTH);
		expect(store.registry().workstreams).toEqual([]);
		expect(readdirSync(scratch.path('workstreams'))).toEqual([]);
	});
});

describe('a registry that cannot be read', () => {
	const odd: Array<[string, (path: string) => void]> = [
		['empty', (path) => writeFileSync(path, '')],
		['torn', (path) => writeFileSync(path, '{"schema_version": 1, "workstr')],
		[
			'of another shape',
			(path) => writeFileSync(path, '{"schema_version":1,"workstreams":[{"name":"../evil"}]}'),
		],
		[
			'with a name twice',
			(path) => {
				const entry = {
					name: 'a',
					description: '',
					status: 'active',
					created_at: '',
					last_touched: '',
					projects: [],
				};
				writeFileSync(path, JSON.stringify({ schema_version: 1, workstreams: [entry, entry] }));
			},
		],
		['a link', (path) => symlinkSync('/etc/passwd', path)],
		['a pipe', (path) => void execFileSync('mkfifo', [path])],
		['a folder', (path) => mkdirSync(path)],
	];
	it.each(odd)('%s: stops every change, and stays as it is', (_, make) => {
		make(scratch.path('workstreams.json'));
		const store = scratch.open();
		const changes = [
			() => store.registry(),
			() => store.create({ name: AUTH, description: 'x' }),
			() => store.save(byHand('x')),
			() => store.addIdeas(['x']),
			() => store.remove(AUTH),
		];
		for (const act of changes) expect(act).toThrow(expect.objectContaining({ code: 'damaged_record' }));
		expect(readdirSync(scratch.root)).toEqual(['workstreams.json']);
	});

	it('is read and never written when it is of a newer relay', () => {
		writeFileSync(scratch.path('workstreams.json'), '{"schema_version":2,"workstreams":[]}');
		const store = scratch.open();
		expect(store.registry().workstreams).toEqual([]);
		expect(() => store.create({ name: AUTH, description: 'x' })).toThrow(
			expect.objectContaining({ code: 'newer_version' }),
		);
	});
});

describe('something else in place of a file', () => {
	it.each(['state.md', 'state.md.bak'])('%s that is a link is not written through', (file) => {
		const store = scratch.open();
		store.create({ name: AUTH, description: 'x' });
		rmSync(scratch.path('workstreams/auth', file), { force: true });
		writeFileSync(scratch.path('target'), 'theirs');
		symlinkSync(scratch.path('target'), scratch.path('workstreams/auth', file));
		expect(() => store.save(byHand('new'))).toThrow();
		expect(scratch.read('target')).toBe('theirs');
		expect(store.hints().hints).toEqual([]);
	});

	it('a folder of a workstream that is a link is not entered', () => {
		const store = scratch.open();
		store.create({ name: AUTH, description: 'x' });
		rmSync(scratch.path('workstreams/auth'), { recursive: true });
		mkdirSync(scratch.path('elsewhere'));
		symlinkSync(scratch.path('elsewhere'), scratch.path('workstreams/auth'));
		expect(() => store.save(byHand('new'))).toThrow('is not a folder');
		expect(readdirSync(scratch.path('elsewhere'))).toEqual([]);
		store.remove(AUTH);
		expect(readdirSync(scratch.root)).toContain('elsewhere');
	});

	it('a record of a step that leads out of the folder is not obeyed', () => {
		const store = scratch.open();
		store.create({ name: AUTH, description: 'x' });
		const step = { schema_version: 1, replaced: [], removed: ['../victim'] };
		writeFileSync(scratch.path('.workstreams-step.json'), JSON.stringify(step));
		expect(() => store.registry()).toThrow(expect.objectContaining({ code: 'damaged_record' }));
	});
});

/** What a change makes of the files, for each call at which it may die. */
async function dyingEverywhere(
	change: (at: WorkstreamScratch) => void,
): Promise<{ steps: number; newer: number }> {
	const prepared = scratch.files();
	const whole = new WorkstreamScratch();
	const copies = [whole];
	try {
		cpSync(scratch.root, whole.root, { recursive: true });
		const { calls } = await withFaults({}, () => change(whole));
		const made = whole.files();
		let newer = 0;
		for (let at = 0; at < calls.length; at++) {
			const copy = new WorkstreamScratch();
			copies.push(copy);
			cpSync(scratch.root, copy.root, { recursive: true });
			await withFaults({ diesAt: at }, () => change(copy));
			// A lock that was begun and holds no name yet is waited for ten seconds: they are over.
			copy.later = 11_000;
			// The next process, whatever it does, finishes what counts.
			copy.open().registry();
			const left = copy.files();
			expect([prepared, made], `died at ${calls[at]}`).toContainEqual(left);
			if (JSON.stringify(left) === JSON.stringify(made)) newer++;
			// And nothing that it left is in the way of the same change.
			if (JSON.stringify(left) === JSON.stringify(prepared)) {
				change(copy);
				expect(copy.files()).toEqual(made);
			}
		}
		return { steps: calls.length, newer };
	} finally {
		for (const copy of copies) copy.remove();
	}
}

describe('a process that dies in the middle', () => {
	beforeEach(() => {
		const store = scratch.open();
		store.create({ name: AUTH, description: 'tokens' }, { session: SESSION });
		store.create({ name: named('docs'), description: 'pages' });
		store.save(byHand('# one\n'));
		store.addIdeas(['an idea']);
		scratch.now += 60_000;
	});
	const later = (copy: WorkstreamScratch) => {
		copy.now = scratch.now;
		return copy.open();
	};

	const changes: Array<[string, (copy: WorkstreamScratch) => void]> = [
		[
			'a save',
			(copy) => void later(copy).save(byHand('# two\n', { segment: { ...segment, from: segment.to } })),
		],
		[
			'a switch',
			(copy) => void later(copy).switchTo(named('docs'), { saved: byHand('# two\n'), session: SESSION }),
		],
		[
			'a new one',
			(copy) =>
				void later(copy).create(
					{ name: named('new'), description: 'n' },
					{ saved: byHand('# two\n'), session: SESSION },
				),
		],
		['a removal', (copy) => void later(copy).remove(AUTH)],
		[
			'several at once',
			(copy) =>
				void later(copy).createAll(
					[
						{ name: named('x'), description: '' },
						{ name: named('y'), description: '' },
					],
					['i'],
				),
		],
	];
	it.each(changes)('leaves the old or the new of %s', async (_, change) => {
		const { steps, newer } = await dyingEverywhere(change);
		expect(newer).toBeGreaterThan(2);
		expect(steps - newer).toBeGreaterThan(2);
	});
});

describe('a disk that takes nothing', () => {
	it.skipIf(!canMount)('read-only: says so, and has changed nothing', () => {
		const disk = mountSmallDisk(scratch.path('disk'), 256);
		const frozen = new WorkstreamScratch(scratch.path('disk'));
		const remount = (mode: string) => execFileSync('mount', ['-o', `remount,${mode}`, frozen.root]);
		try {
			const store = frozen.open();
			store.create({ name: AUTH, description: 'x' });
			const before = frozen.files();
			remount('ro');
			expect(() => store.save(byHand('new'))).toThrow(expect.objectContaining({ code: 'not_writable' }));
			expect(store.texts(AUTH).state).toBe(before['workstreams/auth/state.md']);
			remount('rw');
			expect(frozen.files()).toEqual(before);
		} finally {
			disk.unmount();
		}
	});

	it('full at any call: has changed nothing, or everything once there is room', async () => {
		scratch.open().create({ name: AUTH, description: 'x' });
		const before = scratch.files();
		const { calls } = await withFaults({}, () => scratch.open().save(byHand('# new\n')));
		for (let at = 0; at < calls.length; at++) {
			rmSync(scratch.root, { recursive: true });
			for (const [path, text] of Object.entries(before)) {
				mkdirSync(join(scratch.path(path), '..'), { recursive: true });
				writeFileSync(scratch.path(path), text);
			}
			const { error } = await withFaults({ fullFrom: at }, () => scratch.open().save(byHand('# new\n')));
			if (error === null) continue;
			expect(error).toMatchObject({ code: 'disk_full' });
			expect(scratch.files()).toEqual(before);
			scratch.open().save(byHand('# new\n'));
			expect(scratch.read('workstreams/auth/state.md')).toBe('# new\n');
		}
	});

	it.skipIf(!canMount)('really full: says so, and has changed nothing', () => {
		const disk = mountSmallDisk(scratch.path('disk'), 256);
		const full = new WorkstreamScratch(scratch.path('disk'));
		try {
			const store = full.open();
			store.create({ name: AUTH, description: 'x' });
			fillDisk(full.path('filler'));
			const before = store.texts(AUTH).state;
			expect(() => store.save(byHand('line\n'.repeat(70).concat('y'.repeat(9000))))).toThrow(
				expect.objectContaining({ code: 'disk_full' }),
			);
			expect(store.texts(AUTH).state).toBe(before);
			rmSync(full.path('filler'));
			store.save(byHand('# new\n'));
			expect(store.texts(AUTH).state).toBe('# new\n');
		} finally {
			disk.unmount();
		}
	});
});
