/** Where agents start: in the folder of the worktree in which the relay was started, and later in that of the session. */
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RelayStart } from '../../../src/relay/ports.ts';
import { startBenchChat } from '../../helpers/bench-chat.ts';
import { type BenchRelay, EngineBench, RECORDED_AT } from '../../helpers/engine-bench.ts';
import { claudeAnswers, claudeLimited, codex } from '../../helpers/fake-agent-lines.ts';

let bench: EngineBench;
let api: string;

beforeEach(() => {
	bench = new EngineBench();
	api = join(bench.repo, 'api');
	mkdirSync(join(bench.repo, 'api'));
	mkdirSync(join(bench.repo, 'web'));
	bench.write('api/a.txt', 'a\n');
	bench.install('codex', {
		nativeSession: 'thread-1',
		turns: [
			[
				{ run: 'echo made > made.txt' },
				{ emit: codex.init + codex.text('done') + codex.result },
				{ exit: 0 },
			],
		],
	});
});
afterEach(() => bench.dispose());

async function relayIn(folder: string, start: Partial<RelayStart> = { agent: 'codex' }): Promise<BenchRelay> {
	bench.folder = folder;
	return bench.relay(start);
}

/** A session of one turn of codex in `folder`. */
async function begunIn(folder: string): Promise<void> {
	const relay = await relayIn(folder);
	expect(await relay.send('build it')).toMatchObject({ outcome: 'completed' });
	await relay.relay.close();
}

/** The newest session, gone on with from `folder`. */
async function goneOnIn(folder: string, start: Partial<RelayStart> = {}) {
	const relay = await relayIn(folder, { agent: 'codex', ...start });
	const [newest] = relay.deps.store.list({ limit: 1 });
	if (newest === undefined) throw new Error(`no session is found from ${folder}`);
	const said = await relay.relay.resume(newest.id);
	await relay.send('and more');
	return { relay, said };
}

const cwds = (agent = 'codex') => bench.received(agent).map(({ cwd }) => cwd);
const notices = (relay: BenchRelay) => relay.ofType('notice').map(({ text }) => text);
const resumed = (relay: BenchRelay) => relay.states().at(-1)?.resumed;

describe('a relay that is started in a folder of the worktree', () => {
	it('starts agents there, and keeps facts and records of the whole worktree', async () => {
		const relay = await relayIn(api);
		await relay.send('build it');
		expect(cwds()).toEqual([api]);
		expect(relay.states()[0]).toMatchObject({ worktree: bench.repo, folder: 'api' });
		expect(relay.states()[0]?.files).toMatchObject([{ path: 'api/made.txt', source: 'git' }]);
		expect(relay.meta().repo).toMatchObject({ root: bench.repo, worktree: bench.repo, folder: 'api' });
		expect(relay.deps.store.location.folder).toBe(join(bench.repo, '.agent-relay'));
		expect(relay.ofType('turn_started')[0]?.folder).toBe('api');
		expect(relay.relay.place()).toEqual({ folder: api, worktree: bench.repo });
		expect(relay.relay.view.nativeResumeCommand(relay.relay.active().agent)).toBe(
			`cd ${api} && codex resume thread-1`,
		);
	});

	it('says nothing of a folder in the records of one that is started at the root', async () => {
		const relay = await relayIn(bench.repo);
		await relay.send('build it');
		expect(cwds()).toEqual([bench.repo]);
		expect(relay.states()[0]).not.toHaveProperty('folder');
		expect(relay.meta().repo).not.toHaveProperty('folder');
		expect(relay.ofType('turn_started')[0]).not.toHaveProperty('folder');
	});

	it('runs the commands of the user there', async () => {
		const relay = await relayIn(api);
		let printed = '';
		const run = () =>
			relay.relay.runShellCommand('pwd', {
				signal: new AbortController().signal,
				onOutput: (chunk) => {
					printed += chunk;
				},
			});
		await run();
		rmSync(api, { recursive: true });
		await run();
		expect(printed.trim().split(/\s+/)).toEqual([api, bench.repo]);
	});

	it('hands over in that folder, and the packet says from where its paths are', async () => {
		bench.install('claude', { turns: [claudeLimited(RECORDED_AT + 7_200_000)] });
		const relay = await relayIn(api, { order: ['claude', 'codex'] });
		expect(await relay.send('build it')).toMatchObject({ outcome: 'completed' });
		expect([cwds('claude'), cwds()]).toEqual([[api], [api]]);
		const prompt = bench.received('codex')[0]?.prompt ?? '';
		expect(prompt).toContain('You start in `api/` of the worktree');
		expect(prompt).toContain('relative to its root, `../`');
		const records = /Records: `([^`]+)`/.exec(prompt)?.[1] ?? '';
		expect(existsSync(join(api, records))).toBe(true);
	});

	it('lets all of a chat work there', async () => {
		bench.install('claude', { turns: [claudeAnswers('Spaces.')] });
		bench.folder = api;
		const chat = await startBenchChat(bench, { maxTurns: 3, permissions: 'edit' });
		await chat.finish();
		expect([...cwds('claude'), ...cwds()]).toEqual([api, api, api]);
		expect(chat.meta().repo.folder).toBe('api');
		const heard = bench.received('claude')[1]?.prompt ?? '';
		expect(heard).toContain("Files it changed (paths from the worktree's root, `../`):");
		expect(heard).toContain('api/made.txt');
	});
});

describe('a session of a folder of the worktree', () => {
	it('continues in it, in its own conversation, wherever the relay is started', async () => {
		await begunIn(api);
		for (const folder of [bench.repo, join(bench.repo, 'web')]) {
			const { relay, said } = await goneOnIn(folder);
			expect(said).toEqual([`works in ${api} (main), where this session was made`]);
			expect(resumed(relay)).toBe(true);
			expect(relay.meta().repo.folder).toBe('api');
			await relay.relay.close();
		}
		const { said } = await goneOnIn(api);
		expect(said).toEqual([]);
		expect(cwds()).toEqual([api, api, api, api]);
	});

	it('continues at the root where its record names none, as those of earlier relays', async () => {
		await begunIn(bench.repo);
		const { relay, said } = await goneOnIn(api);
		expect(said).toEqual([`works in ${bench.repo} (main), where this session was made`]);
		expect([cwds(), resumed(relay)]).toEqual([[bench.repo, bench.repo], true]);
	});

	it('continues here where the user says so, in a new conversation with the whole story', async () => {
		await begunIn(api);
		const web = join(bench.repo, 'web');
		const { relay } = await goneOnIn(web, { isHere: true });
		expect([cwds().at(-1), resumed(relay)]).toEqual([web, false]);
		expect(notices(relay)).toEqual([expect.stringContaining(`its last one was held in ${api}`)]);
		expect(bench.received('codex').at(-1)?.prompt).toContain('build it');
		expect(relay.meta().repo.folder).toBe('web');
	});

	it('continues at the root once the folder is gone, and in it again once it is back', async () => {
		await begunIn(api);
		renameSync(api, join(bench.root, 'away'));
		const gone = await goneOnIn(bench.repo);
		expect(gone.said).toEqual([
			expect.stringContaining(`${api}, which is no longer a folder of this worktree`),
		]);
		expect([cwds().at(-1), resumed(gone.relay)]).toEqual([bench.repo, false]);
		expect(bench.received('codex').at(-1)?.prompt).toContain('build it');
		await gone.relay.relay.close();
		renameSync(join(bench.root, 'away'), api);
		await goneOnIn(bench.repo);
		expect(cwds().at(-1)).toBe(api);
	});

	it('starts the next agent at the root where a turn removed the folder, and says so', async () => {
		bench.install('claude', {
			turns: [[{ run: `rm -r '${api}'` }, ...claudeLimited(RECORDED_AT + 7_200_000)]],
		});
		const relay = await relayIn(api, { order: ['claude', 'codex'] });
		expect(await relay.send('build it')).toMatchObject({ outcome: 'completed' });
		expect([cwds('claude'), cwds()]).toEqual([[api], [bench.repo]]);
		expect(notices(relay)).toContainEqual(
			`${api} is no longer a folder of this worktree; agents start in ${bench.repo}`,
		);
		expect(bench.received('codex')[0]?.prompt).not.toContain('You start in');
		expect(relay.states().map(({ folder }) => folder)).toEqual(['api', undefined]);
	});

	it.each([
		['a link to another folder of the disk', () => symlinkSync(bench.root, api)],
		['a link to another folder of the worktree', () => symlinkSync(join(bench.repo, 'web'), api)],
		['a file', () => writeFileSync(api, '')],
		[
			'a repo of its own',
			() => {
				mkdirSync(join(api, '.git'), { recursive: true });
			},
		],
	])('starts no agent where %s took the place of the folder', async (_, replace) => {
		await begunIn(api);
		rmSync(api, { recursive: true });
		replace();
		await goneOnIn(bench.repo);
		expect(cwds().at(-1)).toBe(bench.repo);
	});

	it.each(['..', '../home', '/', '/tmp', '.git', 'web/../..', 'no\0thing', '\u001b]0;x\u0007'])(
		'starts no agent where a planted record says: %j',
		async (folder) => {
			await begunIn(api);
			const relay = await relayIn(bench.repo);
			const [newest] = relay.deps.store.list({ limit: 1 });
			if (newest === undefined) throw new Error('no session');
			const opened = relay.deps.store.open(newest.id);
			opened.apply((meta) => ({ ...meta, repo: { ...meta.repo, folder } }), undefined);
			opened.release();
			const { said } = await goneOnIn(bench.repo);
			expect(cwds().at(-1)).toBe(bench.repo);
			expect(said.join()).not.toContain('\u001b');
		},
	);

	it('works in a folder that git ignores, and in one with a name of control characters', async () => {
		bench.write('.gitignore', 'out/\n');
		for (const name of ['out', 'new\nline \u001b[31m']) {
			const folder = join(bench.repo, name);
			mkdirSync(folder);
			const relay = await relayIn(folder);
			expect(await relay.send('build it')).toMatchObject({ outcome: 'completed' });
			expect(cwds().at(-1)).toBe(folder);
			expect(relay.states()[0]?.folder).toBe(name);
		}
	});

	it('continues in the same folder of a repo that was moved', async () => {
		await begunIn(api);
		const moved = join(bench.root, 'moved');
		renameSync(bench.repo, moved);
		await goneOnIn(moved);
		expect(cwds().at(-1)).toBe(join(moved, 'api'));
	});

	it('continues in its folder of the linked worktree where it was made', async () => {
		const side = join(bench.root, 'side');
		bench.git('worktree', 'add', '-q', side, '-b', 'side');
		mkdirSync(join(side, 'api'));
		await begunIn(join(side, 'api'));
		const { relay, said } = await goneOnIn(api);
		expect(said).toEqual([`works in ${join(side, 'api')} (side), where this session was made`]);
		expect(cwds().at(-1)).toBe(join(side, 'api'));
		expect(relay.states()[0]).toMatchObject({ worktree: side, folder: 'api' });
	});
});
