import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
	cpSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	symlinkSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProcessTable } from '../../src/core/processes/create-process-table.ts';
import { EXIT } from '../../src/relay/exit-codes.ts';
import { CliHome, PROGRAM } from '../helpers/cli-home.ts';
import { expectOddState } from '../helpers/odd-state-folders.ts';
import { canMount, fillDisk, onDiskOfItsOwn } from '../helpers/small-disk.ts';

const DAY = 24 * 3_600_000;
const LONG_AGO = new Date(Date.now() - 40 * DAY);
let cli: CliHome;

beforeEach(() => {
	cli = new CliHome();
});
afterEach(() => cli.remove());

const sessions = () => join(cli.repo, '.agent-relay/sessions');
const state = (...parts: string[]) => join(cli.home, '.local/state/agent-relay', ...parts);
const witnessOf = (id: string) => state('witness', `${id}.jsonl`);
const age = (path: string, at = LONG_AGO) => utimesSync(path, at, at);

/** As one that was last used at `at`. */
function ageSession(id: string, at = LONG_AGO): void {
	const turns = join(sessions(), id, 'turns');
	for (const name of readdirSync(turns).filter((one) => one.endsWith('-state.json'))) {
		const state = JSON.parse(readFileSync(join(turns, name), 'utf8'));
		const times = { started_at: at.toISOString(), ended_at: at.toISOString() };
		writeFileSync(join(turns, name), JSON.stringify({ ...state, ...times }, null, 2));
	}
	age(join(sessions(), id), at);
}

/** A finished session of the demo agent. */
async function session(at: Date | null = LONG_AGO): Promise<string> {
	const end = await cli.run(['run', '--agent', 'demo-closer', '--json', 'Say what you are.']);
	const id = /"session_id":"(\w{26})"/.exec(end.stdout)?.[1];
	if (id === undefined) throw new Error(`no session was made: ${end.stderr}`);
	if (at !== null) ageSession(id, at);
	return id;
}

/** As after a turn that was cut off. */
function leaveWork(id: string): void {
	const path = join(sessions(), id, 'meta.json');
	const meta = JSON.parse(readFileSync(path, 'utf8'));
	const checkpoint = { reason: 'interrupted', at: meta.updated_at, packet: null, next_agent: null };
	const waits = { ...checkpoint, reset_at: null, pending_prompt: null };
	writeFileSync(path, JSON.stringify({ ...meta, status: 'checkpointed', checkpoint: waits }));
	ageSession(id);
}

/** Thirty more of the kind. */
function multiply(first: string): void {
	const ids = Array.from({ length: 31 }, (_, i) => `${first.slice(0, -2)}${String(i).padStart(2, '0')}`);
	for (const id of ids.filter((one) => one !== first).slice(0, 30)) {
		cpSync(join(sessions(), first), join(sessions(), id), { recursive: true });
		for (const path of [join(sessions(), id, 'meta.json'), witnessOf(id)]) {
			const source = path.endsWith('meta.json') ? path : witnessOf(first);
			writeFileSync(path, readFileSync(source, 'utf8').replaceAll(first, id));
		}
		ageSession(id);
	}
}

interface Item {
	name: string;
	goes: boolean;
	stays: string | null;
	removed: boolean;
	problem: { code: string } | null;
	about: string | null;
	bytes: number;
}

async function prune(...flags: string[]): Promise<Record<string, Item[]> & { exitCode?: never }> {
	const { stdout, stderr } = await cli.run(['prune', '--json', ...flags]);
	if (stdout === '') throw new Error(stderr);
	const { kinds } = JSON.parse(stdout) as { kinds: Array<{ kind: string; items: Item[] }> };
	return Object.fromEntries(kinds.map(({ kind, items }) => [kind, items]));
}

const named = (items: Item[] | undefined, name: string) => items?.find((item) => item.name === name);

describe('prune', () => {
	it('only looks, and says what each kind takes, until it is applied', async () => {
		const old = await session();
		const young = await session(null);
		const [store = ''] = readdirSync(state('snapshots')).filter((name) => /^[0-9a-f]{16}$/.test(name));
		const { host, pid_namespace } = createProcessTable().place();
		const gone = { pid: 2 ** 22 + 1, start: 'gone', place: `${host} ${pid_namespace ?? ''}` };
		mkdirSync(state('snapshots', store, 'users'), { recursive: true });
		writeFileSync(state('snapshots', store, 'users/1-a'), JSON.stringify(gone));
		const before = cli.state();
		const plan = await prune();
		expect(plan.snapshots).toMatchObject([{ about: join(cli.repo, '.git') }]);
		expect(named(plan.sessions, old)).toMatchObject({ goes: true, removed: false, stays: null });
		expect(named(plan.sessions, old)?.bytes).toBeGreaterThan(1000);
		expect(named(plan.sessions, young)).toMatchObject({ goes: false, stays: null });
		const page = await cli.run(['-C', cli.repo, 'prune', '--sessions']);
		expect(page.stdout).toContain(`agent-relay -C ${cli.repo} prune --sessions --apply`);
		const { stdout } = await cli.run(['prune', '--sessions']);
		expect(stdout).toContain('agent-relay prune --sessions --apply');
		expect(cli.state()).toEqual(before);
	});

	it('removes old sessions with their witnesses, and nothing else that was not asked for', async () => {
		const [old, young] = [await session(), await session(null)];
		const done = await cli.run(['prune', '--sessions', '--apply']);
		expect(done).toMatchObject({ exitCode: EXIT.done });
		expect(done.stdout).toContain('1 item removed');
		expect(readdirSync(sessions())).toEqual([young]);
		expect(existsSync(witnessOf(old))).toBe(false);
		expect(existsSync(witnessOf(young))).toBe(true);
		expect(existsSync(state('snapshots'))).toBe(true);
		expect((await prune('--sessions', '--older-than', '0s')).sessions).toMatchObject([
			{ name: young, goes: true },
		]);
	});

	it('keeps work that is left, what others go on from, and sessions of another relay', async () => {
		const left = await session();
		leaveWork(left);
		const parent = await session();
		await cli.run(['run', '--session', parent, '--agent', 'demo-closer', 'and more']);
		ageSession(parent);
		const foreign = await session();
		rmSync(witnessOf(foreign));
		const { sessions: found } = await prune('--sessions', '--apply');
		expect(named(found, left)?.stays).toBe('it has work left');
		expect(named(found, parent)?.stays).toMatch(/continues it$/);
		expect(named(found, foreign)?.stays).toBe('no witness says that it is yours');
		expect(readdirSync(sessions())).toHaveLength(4);
		expect(named((await prune('--unfinished')).sessions, left)).toMatchObject({ goes: true });
	});

	it('leaves a session alone in which a relay is at work', async () => {
		const id = await session();
		const lock = { schema_version: 1, token: '0123456789abcdef', pid: 1, pid_start: 'x', boot_id: null };
		const text = { ...lock, pid_namespace: null, host: 'elsewhere', acquired_at: new Date().toISOString() };
		writeFileSync(join(sessions(), id, 'lock'), JSON.stringify(text));
		const meta = join(sessions(), id, 'meta.json');
		writeFileSync(meta, readFileSync(meta, 'utf8').replace('"completed"', '"active"'));
		ageSession(id);
		expect((await prune('--sessions', '--apply')).sessions).toMatchObject([
			{ stays: 'a relay is at work in it' },
		]);
		expect(existsSync(meta)).toBe(true);
	});

	it('follows no link, and takes none for a session', async () => {
		const id = await session();
		const outside = join(cli.base, 'outside');
		renameSync(join(sessions(), id, 'turns'), outside);
		symlinkSync(outside, join(sessions(), id, 'turns'));
		ageSession(id);
		const end = await cli.run(['prune', '--sessions', '--apply']);
		expect(end.exitCode).toBe(EXIT.done);
		expect(end.stdout).toContain(`session ${id} stays:`);
		expect(end.stdout).toContain('symbolic link');
		expect(readdirSync(outside).length).toBeGreaterThan(3);
		expect(existsSync(join(sessions(), id, 'meta.json'))).toBe(true);
	});

	it.skipIf(!canMount)('makes room on a disk that is full', async () => {
		const id = await session();
		const unmount = onDiskOfItsOwn(join(cli.repo, '.agent-relay'), 4096);
		try {
			ageSession(id);
			fillDisk(join(cli.repo, '.agent-relay/fill'));
			expect(named((await prune('--sessions', '--apply')).sessions, id)).toMatchObject({ removed: true });
			expect(readdirSync(sessions())).toEqual([]);
			expect(existsSync(witnessOf(id))).toBe(false);
		} finally {
			unmount();
		}
	});

	it.skipIf(!canMount)('says what cannot be removed, and removes the rest', async () => {
		const id = await session();
		const unmount = onDiskOfItsOwn(join(cli.repo, '.agent-relay'), 4096);
		try {
			ageSession(id);
			execFileSync('mount', ['-o', 'remount,ro', join(cli.repo, '.agent-relay')]);
			const end = await cli.run(['prune', '--sessions', '--caches', '--apply']);
			expect(end.exitCode).toBe(EXIT.refused);
			expect(end.stdout).toContain(`session ${id} stays:`);
			expect(end.stdout).toMatch(/item(s)? removed/);
			expect(existsSync(join(sessions(), id, 'meta.json'))).toBe(true);
			expect(existsSync(witnessOf(id))).toBe(true);
		} finally {
			unmount();
		}
	});

	it('is one of several at once, and none is in the way of another', async () => {
		multiply(await session());
		const ends = await Promise.all(
			Array.from({ length: 4 }, () => cli.run(['prune', '--sessions', '--caches', '--apply'])),
		);
		expect(ends.map(({ stderr }) => stderr)).toEqual(ends.map(() => ''));
		expect(readdirSync(sessions())).toEqual([]);
	});

	it('finishes what another was killed in', async () => {
		multiply(await session());
		const all = readdirSync(sessions()).length;
		const relay = spawn(process.execPath, [PROGRAM, 'prune', '--sessions', '--apply'], {
			cwd: cli.repo,
			env: cli.env,
			stdio: 'ignore',
		});
		const ended = new Promise((done) => relay.on('exit', done));
		while (readdirSync(sessions()).length === all && relay.exitCode === null)
			await new Promise((wake) => setTimeout(wake, 1));
		relay.kill('SIGKILL');
		await ended;
		for (const name of readdirSync(sessions()).filter((one) => !one.startsWith('.')))
			expect(readdirSync(join(sessions(), name, 'turns')).length).toBeGreaterThan(3);
		await prune('--sessions', '--apply');
		expect(readdirSync(sessions())).toEqual([]);
	});

	it('removes the draft of a lock whose relay was killed before it had the lock', async () => {
		const id = await session();
		const ended = spawnSync(process.execPath, ['-e', '0']).pid;
		const lock = {
			schema_version: 1,
			token: '0'.repeat(16),
			pid: ended,
			pid_start: '1',
			...createProcessTable().place(),
		};
		const draft = join(sessions(), `.${id}.${'0'.repeat(16)}.tmp`);
		writeFileSync(draft, JSON.stringify({ ...lock, acquired_at: LONG_AGO.toISOString() }));
		await prune('--sessions', '--apply');
		expect(readdirSync(sessions())).toEqual([]);
	});

	it('removes what a removal left that was cut short', async () => {
		const id = await session();
		renameSync(join(sessions(), id), join(sessions(), `.${id}.removed`));
		expect((await cli.run(['sessions', '--json'])).stdout).toContain('"sessions": []');
		await prune('--sessions', '--apply');
		expect(readdirSync(sessions())).toEqual([]);
	});

	it('finds snapshots, witnesses and worktrees whose repo is gone, and leaves worktrees to the user', async () => {
		const id = await session();
		const worktrees = join(cli.home, '.local/share/agent-relay/worktrees');
		const lost = join(worktrees, `repo-${id}`);
		mkdirSync(join(lost, 'one'), { recursive: true });
		writeFileSync(join(lost, 'one', 'work.txt'), 'the only copy');
		const owner = {
			schema_version: 1,
			race: id,
			repo_root: '/gone',
			common_dir: '/gone/.git',
			store: '/gone',
		};
		writeFileSync(join(lost, 'owner.json'), JSON.stringify({ ...owner, created_at: LONG_AGO.toISOString() }));
		rmSync(join(cli.repo, '.git'), { recursive: true });
		rmSync(join(cli.repo, '.agent-relay'), { recursive: true });
		age(witnessOf(id));
		for (const store of readdirSync(state('snapshots')).filter((name) => /^[0-9a-f]{16}$/.test(name)))
			for (const name of ['', ...readdirSync(state('snapshots', store))]) {
				const tree = state('snapshots', store, name, 'tree');
				if (existsSync(tree)) age(tree);
				age(state('snapshots', store, name));
			}
		const found = await prune('--apply');
		expect(found.snapshots).toMatchObject([
			{ removed: true, about: `${join(cli.repo, '.git')}, which is gone` },
		]);
		expect(found.witness).toMatchObject([{ name: id, removed: true }]);
		expect(named(found.races, id)?.stays).toContain(`rm -r ${lost}`);
		expect(existsSync(join(lost, 'one', 'work.txt'))).toBe(true);
		expect(existsSync(witnessOf(id))).toBe(false);
	});

	it('keeps what a session of a moved repo goes on from, though the old path is gone', async () => {
		const config = join(cli.home, '.config/agent-relay/config.toml');
		mkdirSync(dirname(config), { recursive: true });
		writeFileSync(config, 'store = "state"\n');
		const ran = await cli.run(['run', '-a', 'demo-closer', '--json', 'Say what you are.']);
		const parent = /"session_id":"(\w{26})"/.exec(ran.stdout)?.[1] ?? '';
		const moved = join(cli.base, 'moved');
		renameSync(cli.repo, moved);
		const more = await cli.run(['run', '--session', parent, '-a', 'demo-closer', 'more'], { cwd: moved });
		expect(more.exitCode, more.stderr).toBe(EXIT.done);
		const elsewhere = join(cli.base, 'elsewhere');
		mkdirSync(elsewhere);
		const end = await cli.run(['prune', '--sessions', '--older-than', '0s', '--apply', '--json'], {
			cwd: elsewhere,
		});
		const [{ items }] = JSON.parse(end.stdout).kinds as [{ items: Item[] }];
		expect(named(items, parent)).toMatchObject({
			removed: false,
			stays: expect.stringContaining('continues it'),
		});
	});

	it.each(['repos', 'kept'])(
		'finds old sessions in the state folder whose repo is gone (%s)',
		async (place) => {
			const id = await session();
			const store = state(place, '0123456789abcdef');
			mkdirSync(store, { recursive: true });
			renameSync(sessions(), join(store, 'sessions'));
			const gone = { schema_version: 1, root: join(cli.base, 'gone'), common_dir: null, head: null };
			writeFileSync(join(store, 'repo.json'), JSON.stringify(gone));
			const { sessions: found } = await prune('--sessions', '--apply');
			expect(found).toMatchObject([
				{ name: id, removed: true, about: `of ${join(cli.base, 'gone')}, which is gone` },
			]);
			expect(readdirSync(join(store, 'sessions'))).toEqual([]);
			expect(existsSync(witnessOf(id))).toBe(false);
		},
	);

	it('leaves the witness of a session to the repo that was copied, when the copy has removed its own', async () => {
		const id = await session();
		const copy = join(cli.base, 'copy');
		cpSync(cli.repo, copy, { recursive: true, preserveTimestamps: true });
		const inCopy = { cwd: copy };
		expect((await cli.run(['prune', '--sessions', '--apply'], inCopy)).stdout).toContain('1 item removed');
		expect(readdirSync(join(copy, '.agent-relay/sessions'))).toEqual([]);
		const { is_ours } = JSON.parse((await cli.run(['show', id, '--json'])).stdout);
		expect(is_ours).toBe(true);
		await prune('--sessions', '--apply');
		expect(existsSync(witnessOf(id))).toBe(false);
	});

	it('removes what an earlier place has of a session with it, so that it does not come back', async () => {
		const id = await session();
		const kept = state('kept', createHash('sha256').update(cli.repo).digest('hex').slice(0, 16));
		mkdirSync(join(kept, 'sessions'), { recursive: true });
		cpSync(join(sessions(), id), join(kept, 'sessions', id), { recursive: true });
		age(join(kept, 'sessions', id));
		const { sessions: found } = await prune('--sessions', '--apply');
		expect(found).toMatchObject([{ name: id, removed: true }]);
		expect((await cli.run(['sessions', '--json'])).stdout).toContain('"sessions": []');
		expect(existsSync(join(sessions(), id))).toBe(false);
		expect(existsSync(witnessOf(id))).toBe(false);
	});

	it('keeps the witness of a session that moved with its repo', async () => {
		const id = await session();
		age(witnessOf(id));
		const moved = join(cli.base, 'moved');
		renameSync(cli.repo, moved);
		const end = await cli.run(['prune', '--witness', '--apply', '--json'], { cwd: moved });
		expect(JSON.parse(end.stdout).kinds[0].items).toMatchObject([{ name: id, goes: false }]);
		expect(existsSync(witnessOf(id))).toBe(true);
	});

	it('empties the caches whatever their age', async () => {
		await session();
		const cache = join(cli.home, '.cache/agent-relay');
		expect(readdirSync(cache).length).toBeGreaterThan(0);
		await prune('--caches', '--apply');
		expect(readdirSync(cache).filter((name) => name !== 'code')).toEqual([]);
	});

	it.each(['30', 'soon', '-1d'])('refuses %s as an age', async (text) => {
		const end = await cli.run(['prune', `--older-than=${text}`]);
		expect(end).toMatchObject({ exitCode: EXIT.usage, stdout: '' });
	});
});

describe('what the docs let you delete by hand', () => {
	it.each(['snapshots', 'running', 'telemetry', 'limits.json', 'trust.json', 'all of it but the witness'])(
		'stops no work when it is gone: %s',
		async (name) => {
			const id = await session();
			rmSync(join(cli.home, '.cache/agent-relay'), { recursive: true, force: true });
			for (const one of readdirSync(state()))
				if (one === name || (name.startsWith('all') && one !== 'witness'))
					rmSync(state(one), { recursive: true });
			const end = await cli.run(['run', '--session', id, '--agent', 'demo-closer', 'and more']);
			expect(end).toMatchObject({ exitCode: EXIT.done });
			expect(end.stderr).not.toContain('bug');
		},
	);

	// Each kind is in test/crash/odd-state-folders.test.ts.
	it('and a link to itself or a file in its place stops neither work nor prune', () =>
		expectOddState(cli, 'snapshots'));

	it('makes a session one of another relay when its witness is gone', async () => {
		const id = await session();
		rmSync(witnessOf(id));
		const task = ['--agent', 'demo-closer', 'and more'];
		expect(await cli.run(['run', '--session', id, ...task])).toMatchObject({ exitCode: EXIT.refused });
		expect(await cli.run(['run', '--session', id, '--here', ...task])).toMatchObject({ exitCode: EXIT.done });
	});
});

describe('a race that is over', () => {
	it('is cleaned by prune as by race clean: work that is in no ref stays', async () => {
		await cli.run(['race', '--agents', 'demo-closer,demo-sprinter', 'Say what you are.']);
		const [id = ''] = readdirSync(join(cli.home, '.local/share/agent-relay/worktrees')).map((name) =>
			name.slice(-26),
		);
		const folder = join(cli.home, '.local/share/agent-relay/worktrees', `repo-${id}`);
		expect((await prune('--races')).races).toMatchObject([{ name: id, goes: false, stays: null }]);
		const entrant = readdirSync(folder).find((name) => name !== 'owner.json') ?? '';
		writeFileSync(join(folder, entrant, 'late.txt'), 'nowhere else');
		const kept = await prune('--races', '--older-than', '0s', '--apply');
		expect(kept.races?.[0]?.stays).toContain('late.txt');
		rmSync(join(folder, entrant, 'late.txt'));
		const gone = await prune('--races', '--older-than', '0s', '--apply');
		expect(gone.races).toMatchObject([{ name: id, removed: true }]);
		expect(existsSync(folder)).toBe(false);
	});
});
