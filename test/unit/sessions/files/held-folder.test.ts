import {
	existsSync,
	lstatSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	realpathSync,
	renameSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeAtomic } from '../../../../src/core/files/write-file.ts';
import { HeldFolder, refuseLinksTo } from '../../../../src/sessions/files/held-folder.ts';

let root: string;
let session: string;
beforeEach(() => {
	root = realpathSync(mkdtempSync(join(tmpdir(), 'relay-held-')));
	session = join(root, '.agent-relay', 'sessions', 'ONE');
	mkdirSync(session, { recursive: true });
	mkdirSync(join(root, 'outside'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Below the session, or what leads to it. */
const LEVELS = {
	store: '.agent-relay',
	sessions: '.agent-relay/sessions',
	session: '.agent-relay/sessions/ONE',
	turns: '.agent-relay/sessions/ONE/turns',
	resume: '.agent-relay/sessions/ONE/resume',
	race: '.agent-relay/sessions/ONE/race',
	adopt: '.agent-relay/sessions/ONE/adopt',
};

function held(): HeldFolder {
	const folder = new HeldFolder(session, { isOfRace: true });
	folder.makeMissing();
	return folder;
}

/** Moves what is there out of the way. */
function away(level: string): string {
	const path = join(root, level);
	if (existsSync(path)) renameSync(path, join(root, 'was'));
	return path;
}

describe('a store in the state home', () => {
	const store = () => join(root, 'state/agent-relay/repos/0123456789abcdef');
	const inState = () => join(store(), 'sessions/ONE');
	beforeEach(() => mkdirSync(inState(), { recursive: true }));

	it('is obstructed if the folder of all stores is a link, but not if a folder above that is one', () => {
		const folder = new HeldFolder(inState(), { isOfRace: false });
		folder.makeMissing();
		const stores = join(root, 'state/agent-relay/repos');
		renameSync(stores, join(root, 'was'));
		symlinkSync(join(root, 'was'), stores);
		expect(folder.obstacle()).toBe(`${stores} is a symbolic link now`);
		expect(() => refuseLinksTo(inState())).toThrow(`${stores} is a symbolic link`);
		rmSync(stores);
		renameSync(join(root, 'was'), stores);
		renameSync(join(root, 'state'), join(root, 'disk'));
		symlinkSync(join(root, 'disk'), join(root, 'state'));
		expect(folder.obstacle()).toBeNull();
		expect(() => refuseLinksTo(inState())).not.toThrow();
		folder.close();
	});
});

describe('the folders that lead to a session', () => {
	it('are made 0700 if missing, and nothing is then in the way', () => {
		const folder = held();
		expect(folder.obstacle()).toBeNull();
		expect(folder.isSessionInPlace()).toBe(true);
		for (const name of ['turns', 'resume']) expect(lstatSync(join(session, name)).mode & 0o777).toBe(0o700);
		expect(existsSync(join(session, 'race'))).toBe(false);
	});

	it.each(Object.entries(LEVELS))(
		'are obstructed if %s is a link or a file, which is named',
		(name, level) => {
			const folder = held();
			const path = away(level);
			const isReached = !['store', 'sessions', 'session'].includes(name);
			for (const target of ['outside', 'was', 'nowhere']) {
				symlinkSync(join(root, target), path);
				expect(folder.obstacle()).toBe(`${path} is a symbolic link now`);
				expect(folder.isSessionInPlace()).toBe(isReached);
				expect(() => refuseLinksTo(session)).toThrow(expect.objectContaining({ code: 'refused' }));
				expect(() => new HeldFolder(session, { isOfRace: true })).toThrow(path);
				rmSync(path);
			}
			writeFileSync(path, '');
			expect(folder.obstacle()).toBe(`${path} is not a folder now`);
		},
	);

	it.each(['session', 'turns', 'resume'] as const)('are obstructed if %s is another folder', (name) => {
		const folder = held();
		const path = away(LEVELS[name]);
		mkdirSync(path);
		expect(folder.obstacle()).toBe(`${path} is another folder now`);
		rmSync(path, { recursive: true });
		renameSync(join(root, 'was'), path);
		expect(folder.obstacle()).toBeNull();
	});

	it('may vanish, and belong to the session again once it has made them', () => {
		const folder = held();
		rmSync(join(root, '.agent-relay'), { recursive: true });
		expect(folder.obstacle()).toBeNull();
		mkdirSync(join(root, '.agent-relay', 'sessions'), { recursive: true });
		folder.makeMissing();
		expect(folder.obstacle()).toBeNull();
		expect(folder.isSessionInPlace()).toBe(true);
	});

	it.skipIf(!existsSync('/proc/self/fd'))('lead nowhere else where one is swapped after the look', () => {
		const folder = held();
		for (const level of [LEVELS.turns, LEVELS.store]) {
			const way = folder.wayTo(join(session, 'turns', '001-state.json'));
			const path = away(level);
			mkdirSync(join(root, 'outside', 'sessions', 'ONE', 'turns'), { recursive: true });
			symlinkSync(join(root, 'outside'), path);
			writeAtomic(way, level, { sync: true });
			expect(existsSync(join(root, 'outside', '001-state.json'))).toBe(false);
			expect(readdirSync(join(root, 'outside', 'sessions', 'ONE', 'turns'))).toEqual([]);
			rmSync(path);
			renameSync(join(root, 'was'), path);
			expect(readFileSync(join(session, 'turns', '001-state.json'), 'utf8')).toBe(level);
		}
		folder.close();
		expect(folder.wayTo(join(session, 'turns', 'a'))).toBe(join(session, 'turns', 'a'));
	});

	it('are released with the session', () => {
		const before = openFolders();
		const folder = held();
		rmSync(join(session, 'turns'), { recursive: true });
		folder.makeMissing();
		folder.close();
		folder.close();
		expect(openFolders()).toBe(before);
	});
});

/** Descriptors of this process in the session's folder; other tests may run at the same time. */
function openFolders(): number {
	if (!existsSync('/proc/self/fd')) return 0;
	return readdirSync('/proc/self/fd').filter((fd) => {
		try {
			return readlinkSync(`/proc/self/fd/${fd}`).startsWith(session);
		} catch {
			return false;
		}
	}).length;
}
