import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	renameSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseSessionId, type SessionId } from '../../../../src/core/ids.ts';
import type { RepoFacts } from '../../../../src/git/repo-facts.ts';
import {
	folderOfSession,
	locateStore,
	orphanedStores,
	placesOf,
	prepareStore,
	stateStores,
	storeFolders,
	storeHolding,
} from '../../../../src/sessions/files/store-location.ts';

const ID = parseSessionId('01K3ZZZZZZZZZZZZZZZZZZZZZZ') as SessionId;
let home: string;
let stateHome: string;
beforeEach(() => {
	home = mkdtempSync(join(tmpdir(), 'relay-location-'));
	stateHome = join(home, 'state');
	mkdirSync(join(home, 'repo'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const repo = (over: Partial<RepoFacts> = {}): RepoFacts => {
	const root = join(home, 'repo');
	const git = { commonDir: join(root, '.git'), gitDir: join(root, '.git'), branch: 'main', head: 'abc' };
	return { kind: 'worktree', root, worktree: root, folder: root, ...git, ...over };
};
const locate = (over: Partial<RepoFacts> = {}, options = {}) =>
	locateStore(repo(over), { stateHome, ...options });
const readOnly = { isWritable: () => false };

describe('the place of the records', () => {
	it('is the main worktree, which all linked ones share', () => {
		const location = locate({ worktree: join(home, 'linked'), folder: join(home, 'linked/sub') });
		expect(location).toMatchObject({
			folder: join(home, 'repo/.agent-relay'),
			isElsewhere: false,
			notice: null,
		});
	});

	it('is inside the git dir of a bare repo', () => {
		const commonDir = join(home, 'bare.git');
		expect(locate({ kind: 'bare', root: commonDir, commonDir }).folder).toBe(join(commonDir, 'agent-relay'));
	});

	it('is the state home if the repo cannot be written, which is reported, or if the user wants that', () => {
		const location = locate({}, readOnly);
		expect(location.folder).toMatch(/\/state\/repos\/[0-9a-f]+$/);
		expect(location.notice).toContain('cannot be written');
		const chosen = locate({}, { choice: 'state' });
		expect(chosen).toMatchObject({ folder: location.folder, isElsewhere: true, notice: null });
		expect(chosen.configFile).toBe(join(home, 'repo/.agent-relay/config.toml'));
	});

	it('is different for each repo', () => {
		const [one, two] = [locate({}, readOnly), locate({ root: join(home, 'other') }, readOnly)];
		expect(one.folder).not.toBe(two.folder);
	});

	it('creates nothing before it is prepared, and then marks whose the records are', () => {
		const location = locate({}, readOnly);
		expect(existsSync(stateHome)).toBe(false);
		expect(prepareStore(location)).toBe('store');
		expect(JSON.parse(readFileSync(join(location.folder, 'repo.json'), 'utf8'))).toMatchObject({
			root: join(home, 'repo'),
			head: 'abc',
		});
	});

	it('is refused if a link or a file is in its place', () => {
		const { folder } = locate();
		symlinkSync(stateHome, folder);
		expect(() => prepareStore(locate())).toThrow(expect.objectContaining({ code: 'refused' }));
		rmSync(folder);
		mkdirSync(folder);
		writeFileSync(join(folder, 'sessions'), '');
		expect(() => prepareStore(locate())).toThrow(expect.objectContaining({ code: 'refused' }));
	});
});

describe('a session', () => {
	const make = (store: string) => mkdirSync(join(store, 'sessions', ID), { recursive: true });

	it('is found wherever it is, also after the choice has changed', () => {
		const [inRepo, inState] = [locate(), locate({}, { choice: 'state' })];
		make(inRepo.folder);
		expect(folderOfSession(inState, ID)).toBe(join(inRepo.folder, 'sessions', ID));
		expect(storeHolding(inState, ID)).toMatchObject({ folder: inRepo.folder, isElsewhere: false });
	});

	it('that had to leave its place is read where it went, newest place first', () => {
		const location = locate();
		make(location.folder);
		make(location.kept);
		expect(placesOf(location, ID)).toEqual([
			join(location.kept, 'sessions', ID),
			join(location.folder, 'sessions', ID),
		]);
	});

	it('is made in the place for new sessions if it is nowhere', () => {
		const location = locate();
		expect(folderOfSession(location, ID)).toBe(join(location.folder, 'sessions', ID));
		expect(placesOf(location, ID)).toEqual([]);
	});

	it('is not read behind a link', () => {
		const location = locate();
		mkdirSync(join(location.folder, 'sessions'), { recursive: true });
		symlinkSync(home, join(location.folder, 'sessions', ID));
		expect(placesOf(location, ID)).toEqual([]);
		mkdirSync(stateHome);
		symlinkSync(home, join(stateHome, 'kept'));
		expect(storeFolders(location)).not.toContain(location.kept);
	});
});

describe('stores in the state home', () => {
	it('are orphans once nothing is at the path of their repo, which may have been moved', () => {
		const location = locate({}, readOnly);
		prepareStore(location);
		expect(orphanedStores(stateHome)).toEqual([]);
		expect(stateStores(stateHome)).toMatchObject([{ folder: location.folder, isGone: false }]);
		renameSync(join(home, 'repo'), join(home, 'moved'));
		expect(orphanedStores(stateHome)).toEqual([{ folder: location.folder, head: 'abc' }]);
		expect(stateStores(stateHome)).toMatchObject([{ root: join(home, 'repo'), isGone: true }]);
	});

	it('belong to nobody if their mark is damaged', () => {
		const location = locate({}, readOnly);
		prepareStore(location);
		writeFileSync(join(location.folder, 'repo.json'), '{');
		rmSync(join(home, 'repo'), { recursive: true });
		expect(orphanedStores(stateHome)).toEqual([]);
		expect(stateStores(stateHome)).toMatchObject([{ root: null, isGone: false }]);
	});
});
