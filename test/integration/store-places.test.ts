import { execFileSync } from 'node:child_process';
import {
	cpSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	realpathSync,
	renameSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type App, createApp } from '../../src/app/create-app.ts';
import { setConfigValue } from '../../src/config/edit-config.ts';
import { systemClock } from '../../src/core/clock.ts';
import { lockingOf } from '../../src/core/files/file-lock.ts';
import { createProcessTable } from '../../src/core/processes/create-process-table.ts';
import { stateStores } from '../../src/sessions/files/store-location.ts';
import { sessionPlaces } from '../../src/sessions/listing/session-list.ts';

let root: string;
let repo: string;
const state = () => join(root, 'home/.local/state/agent-relay');
const userFile = () => join(root, 'home/.config/agent-relay/config.toml');
const git = (...args: string[]) =>
	execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.org', '-C', repo, ...args], {
		env: { PATH: process.env.PATH ?? '', HOME: join(root, 'home'), GIT_CONFIG_NOSYSTEM: '1' },
	});

beforeEach(() => {
	root = realpathSync(mkdtempSync(join(tmpdir(), 'relay-places-')));
	repo = join(root, 'repo');
	mkdirSync(repo);
	mkdirSync(join(root, 'home'));
	git('init', '-q', '-b', 'main');
	git('commit', '-q', '--allow-empty', '-m', 'first');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const app = (store?: string): App =>
	createApp({
		folder: repo,
		env: {
			PATH: process.env.PATH ?? '',
			HOME: join(root, 'home'),
			...(store === undefined ? {} : { AGENT_RELAY_CFG_STORE: store }),
		},
	});

/** A new session where `store` says; returns its folder. */
async function made(store?: string): Promise<string> {
	const session = (await app(store).store()).create({ kind: 'run', objective: 'a task' });
	session.release();
	return session.folder;
}

describe('where sessions are recorded', () => {
	it('is nowhere behind a link in place of the folder for those that had to leave theirs', async () => {
		const folder = await made();
		const { location } = await app().store();
		const elsewhere = join(root, 'elsewhere');
		const kept = join(location.kept, 'sessions');
		mkdirSync(kept, { recursive: true });
		const planted = join(kept, basename(folder).replace(/^..../, '01JD'));
		cpSync(folder, planted, { recursive: true });
		expect(sessionPlaces(location).size).toBe(2);
		renameSync(dirname(location.kept), elsewhere);
		symlinkSync(elsewhere, dirname(location.kept));
		expect([...sessionPlaces(location).values()]).toEqual([dirname(folder)]);
		expect(stateStores(state())).toEqual([]);
		expect((await app().store()).list().map((one) => one.folder)).toEqual([folder]);
	});

	it('is the repo, and the state folder where the user says so', async () => {
		expect((await made()).startsWith(join(repo, '.agent-relay/sessions/'))).toBe(true);
		expect((await made('state')).startsWith(join(state(), 'repos/'))).toBe(true);
		const locking = lockingOf(createProcessTable(), systemClock);
		setConfigValue(userFile(), 'limits.max_hops', '2', { locking });
		setConfigValue(userFile(), 'store', 'state', { locking });
		expect((await made()).startsWith(join(state(), 'repos/'))).toBe(true);
		expect((await made('repo')).startsWith(join(repo, '.agent-relay/'))).toBe(true);
	});

	it('is the repo where the state folder cannot be: a file stands in its way', async () => {
		const held = join(root, 'home/.local');
		writeFileSync(held, '');
		expect((await made()).startsWith(join(repo, '.agent-relay/sessions/'))).toBe(true);
		const { location } = await app().store();
		expect([...sessionPlaces(location).keys()]).toHaveLength(1);
		await expect(made('state')).rejects.toMatchObject({ message: expect.stringContaining(held) });
	});

	it('is refused when it is neither, with the place of the value', async () => {
		await expect(app('cloud').store()).rejects.toMatchObject({
			code: 'bad_config',
			message: expect.stringContaining('store is "cloud"; allowed: "repo" or "state"'),
		});
	});

	it("is no matter of the repo's own file, trusted or not", async () => {
		mkdirSync(join(repo, '.agent-relay'));
		writeFileSync(join(repo, '.agent-relay/config.toml'), 'store = "state"\n');
		const { readSettings } = await import('../../src/app/settings.ts');
		for (const isTrusted of [false, true]) {
			const here = app();
			expect((await here.store()).location.isElsewhere).toBe(false);
			const { loaded } = await readSettings(here, { isTrusted, config: [] });
			expect(loaded.config.store).toBe('repo');
			expect(loaded.notices.join()).toContain('store');
		}
	});

	it('reads the configuration of the repo from the repo all the same', async () => {
		mkdirSync(join(repo, '.agent-relay'));
		writeFileSync(join(repo, '.agent-relay/config.toml'), '[turn]\nidle_s = 7\n');
		const { readSettings } = await import('../../src/app/settings.ts');
		const { loaded } = await readSettings(app('state'), { isTrusted: false, config: [] });
		expect(loaded.config.turn.idle_s).toBe(7);
	});
});

describe('sessions of both places', () => {
	it('are listed, found, read, locked and gone on with from either', async () => {
		const folders = [await made('repo'), await made('state')];
		for (const choice of ['repo', 'state']) {
			const store = await app(choice).store();
			const listed = store.list({ order: 'created' });
			expect(listed.map(({ folder }) => folder)).toEqual([...folders].reverse());
			expect(store.resolve('latest')).toBe(store.list({ limit: 1 })[0]?.id);
			for (const { id, folder } of listed) {
				expect(store.folderOf(id)).toBe(folder);
				expect(store.resolve(id.slice(-8))).toBe(id);
				const opened = store.open(id);
				const other = await app(choice === 'repo' ? 'state' : 'repo').store();
				expect(() => other.open(id)).toThrow(/held|used|locked|process/i);
				const child = store.create({ kind: 'run', parent: id });
				expect(store.lineage(child.id).map(({ meta }) => meta.id)).toEqual([id, child.id]);
				child.discardIfEmpty();
				rmSync(child.folder, { recursive: true, force: true });
				opened.release();
			}
		}
	});

	it('are found where an earlier version put them for a repo that could not be written', async () => {
		const folder = await made('state');
		const earlier = join(state(), 'agent-relay/repos');
		mkdirSync(join(state(), 'agent-relay'));
		renameSync(join(state(), 'repos'), earlier);
		const [found] = (await app().store()).list();
		expect(found?.folder).toBe(folder.replace(join(state(), 'repos'), earlier));
	});

	it('are found again in the state folder after the repo was moved, and not by another repo', async () => {
		const folder = await made('state');
		renameSync(repo, join(root, 'moved'));
		mkdirSync(repo);
		git('init', '-q', '-b', 'main');
		git('commit', '-q', '--allow-empty', '-m', 'of another history');
		renameSync(repo, join(root, 'other'));
		repo = join(root, 'moved');
		expect((await app('state').store()).list().map((found) => found.folder)).toEqual([folder]);
		repo = join(root, 'other');
		expect((await app('state').store()).list()).toEqual([]);
	});

	it('are not looked for behind a link that stands in the place not in use', async () => {
		const folder = await made('state');
		mkdirSync(join(root, 'planted/sessions'), { recursive: true });
		symlinkSync(join(root, 'planted'), join(repo, '.agent-relay'));
		expect((await app('state').store()).list().map((found) => found.folder)).toEqual([folder]);
		expect(existsSync(join(root, 'planted/sessions/.gitignore'))).toBe(false);
	});
});
