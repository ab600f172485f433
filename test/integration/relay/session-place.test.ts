import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RelayStart } from '../../../src/relay/ports.ts';
import { turnFile } from '../../../src/sessions/files/session-paths.ts';
import { type BenchRelay, EngineBench, RECORDED_AT } from '../../helpers/engine-bench.ts';
import { claudeLimited, codex } from '../../helpers/fake-agent-lines.ts';

const RESET = RECORDED_AT + 2 * 3_600_000;
let bench: EngineBench;

beforeEach(() => {
	bench = new EngineBench();
});
afterEach(() => bench.dispose());

/** The agents write a file each in the folder where they work; claude meets its limit then. */
function installBoth(): void {
	bench.install('claude', { turns: [[{ run: 'echo made > by-claude.txt' }, ...claudeLimited(RESET)]] });
	bench.install('codex', {
		nativeSession: 'thread-1',
		turns: [
			[
				{ run: 'echo made > by-codex.txt' },
				{ emit: codex.init + codex.text('done') + codex.result },
				{ exit: 0 },
			],
		],
	});
}

const addWorktree = (name: string) => {
	const folder = join(bench.root, name);
	bench.git('worktree', 'add', '-q', folder, '-b', name);
	return folder;
};

/** A session of one limited turn of claude in `folder`. */
async function begunIn(folder: string): Promise<BenchRelay> {
	bench.folder = folder;
	rmSync(join(bench.state, 'limits.json'), { force: true });
	const relay = await bench.relay({ order: ['claude'] });
	expect(await relay.send('build it')).toMatchObject({ outcome: 'nobody_left' });
	await relay.relay.close();
	return relay;
}

/** The newest session, gone on with by codex from `folder`. */
async function goneOnIn(folder: string, start: Partial<RelayStart> = {}) {
	bench.folder = folder;
	const relay = await bench.relay({ agent: 'codex', ...start });
	const [newest] = relay.deps.store.list({ limit: 1 });
	if (newest === undefined) throw new Error(`no session is found from ${folder}`);
	const said = await relay.relay.resume(newest.id);
	expect(await relay.relay.continuePending(relay.options)).toMatchObject({ outcome: 'completed' });
	return { relay, said, packet: bench.received('codex').at(-1)?.prompt ?? '' };
}

const files = (relay: BenchRelay, turn: number) =>
	relay.states()[turn - 1]?.files.map(({ change, path, source }) => `${source}: ${change} ${path}`);

/** From the snapshot before that turn to the newest one. */
async function diffOf(relay: BenchRelay, from: number): Promise<string> {
	const trees = relay.states().map(({ tree }) => tree);
	const [before, after] = [trees[from - 1]?.before ?? null, trees.at(-1)?.after ?? null];
	if (before === null || after === null) throw new Error('no snapshot was taken');
	return (await relay.deps.snapshots?.diff(before, after, { maxBytes: 1e6 })) ?? '';
}

const losses = (relay: BenchRelay) =>
	relay.ofType('notice').flatMap(({ text }) => (/snapshots|not known/.test(text) ? [text] : []));

describe('a session of a linked worktree that is resumed from the main checkout', () => {
	it('is about the files of its own worktree', async () => {
		installBoth();
		const side = addWorktree('side');
		await begunIn(side);
		bench.write('only-in-main.txt', 'x\n');
		const { relay, said, packet } = await goneOnIn(bench.repo);
		expect(said).toEqual([`works in ${side} (side), where this session was made`]);
		expect(existsSync(join(side, 'by-codex.txt'))).toBe(true);
		expect(files(relay, 2)).toEqual(['git: added by-codex.txt']);
		expect(packet).toMatch(/added\W+by-claude\.txt/);
		expect(packet).not.toContain('only-in-main.txt');
		expect(packet).not.toContain('deleted');
		expect(await diffOf(relay, 1)).toContain('by-codex.txt');
		expect(losses(relay)).toEqual([]);
	});

	it('tells what the user changed there, and lets his commands run there', async () => {
		installBoth();
		const side = addWorktree('side');
		await begunIn(side);
		writeFileSync(join(side, 'mine.txt'), 'by hand\n');
		const { relay, packet } = await goneOnIn(bench.repo);
		expect(packet).toMatch(/by the user[^\n]*mine\.txt/);
		let printed = '';
		await relay.relay.runShellCommand('pwd', {
			signal: new AbortController().signal,
			onOutput: (chunk) => {
				printed += chunk;
			},
		});
		expect(printed.trim()).toBe(side);
	});

	it('continues there as a child too, once it is completed', async () => {
		installBoth();
		const side = addWorktree('side');
		await begunIn(side);
		await (await goneOnIn(side)).relay.relay.close();
		bench.folder = bench.repo;
		const relay = await bench.relay({ agent: 'codex' });
		const [newest] = relay.deps.store.list({ limit: 1 });
		if (newest) await relay.relay.resume(newest.id);
		rmSync(join(side, 'by-codex.txt'));
		await relay.send('again');
		expect(relay.meta().repo).toMatchObject({ worktree: side, branch: 'side', root: bench.repo });
		expect(files(relay, 1)).toEqual(['git: added by-codex.txt']);
	});

	it('is repaired from there with the files of its own worktree', async () => {
		installBoth();
		const side = addWorktree('side');
		const begun = await begunIn(side);
		const { folder } = begun.deps.store.list({ limit: 1 })[0] ?? { folder: '' };
		asCutOff(folder);
		bench.write('only-in-main.txt', 'x\n');
		writeFileSync(join(side, 'only-in-side.txt'), 'y\n');
		bench.folder = bench.repo;
		const relay = await bench.relay();
		expect(await relay.relay.repairAbandoned()).not.toEqual([]);
		const repaired = JSON.parse(readFileSync(turnFile(folder, 1, 'state.json'), 'utf8'));
		expect(repaired.files.map(({ path }: { path: string }) => path)).toEqual([
			'by-claude.txt',
			'only-in-side.txt',
		]);
		const meta = JSON.parse(readFileSync(join(folder, 'meta.json'), 'utf8'));
		expect(readFileSync(join(folder, meta.checkpoint.packet), 'utf8')).not.toContain('only-in-main');
	});
});

/** A repo that shares no commit with the one at hand. */
function otherRepo(): string {
	const other = join(bench.root, 'other');
	mkdirSync(other);
	bench.git('-C', other, 'init', '-q', '-b', 'main');
	bench.git('-C', other, 'commit', '-q', '--allow-empty', '-m', 'of another history');
	return other;
}

/** As a relay leaves a turn that it did not live to end. */
function asCutOff(folder: string): void {
	const change = (path: string, over: object) =>
		writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...over }));
	const state = JSON.parse(readFileSync(turnFile(folder, 1, 'state.json'), 'utf8'));
	change(turnFile(folder, 1, 'state.json'), {
		status: 'running',
		files: [],
		tree: { before: state.tree.before, after: null },
		limit: null,
		ended_at: null,
	});
	change(join(folder, 'meta.json'), { status: 'active', checkpoint: null });
}

describe('a session whose folder is gone', () => {
	it('continues where the repo was moved to, says so, and says which diffs are lost', async () => {
		installBoth();
		bench.write('uncommitted.txt', 'only a snapshot knows this\n');
		await begunIn(bench.repo);
		const moved = join(bench.root, 'renamed');
		renameSync(bench.repo, moved);
		const { relay, said, packet } = await goneOnIn(moved);
		expect(said).toEqual([
			`this session was made in ${bench.repo}, which is no longer there; it continues in ${moved} (main)`,
		]);
		expect(files(relay, 2)).toEqual(['git: added by-codex.txt']);
		expect(relay.meta().repo).toMatchObject({ root: moved, worktree: moved });
		expect(losses(relay)).toContainEqual(
			expect.stringContaining('The snapshots of 1 turn are not here any more'),
		);
		expect(packet).toContain('The snapshots of 1 turn are not here any more');
		expect(packet).toContain('by-claude.txt');
		mkdirSync(bench.repo);
		await relay.relay.close();
		const again = await goneOnIn(moved).catch((error: unknown) => error);
		expect(again).toMatchObject({ code: 'usage' });
	});

	it('continues in the present worktree when its own was removed, and takes no difference for an edit', async () => {
		installBoth();
		const side = addWorktree('side');
		await begunIn(side);
		bench.git('worktree', 'remove', '--force', side);
		bench.write('only-in-main.txt', 'x\n');
		const { relay, said, packet } = await goneOnIn(bench.repo);
		expect(said).toEqual([
			`this session was made in ${side}, which is no longer there; it continues in ${bench.repo} (main)`,
		]);
		expect(files(relay, 2)).toEqual(['git: added by-codex.txt']);
		expect(packet).not.toContain('only-in-main');
		expect(packet).not.toMatch(/by the user[^\n]*by-claude/);
		expect(packet).toMatch(/added\W+by-claude\.txt/);
		expect(packet).toContain('the work moved');
	});

	it('continues in a clone that has its records', async () => {
		installBoth();
		await begunIn(bench.repo);
		const clone = join(bench.root, 'clone');
		bench.git('clone', '-q', bench.repo, clone);
		cpSync(join(bench.repo, '.agent-relay'), join(clone, '.agent-relay'), { recursive: true });
		const { relay, said } = await goneOnIn(clone);
		expect(said).toEqual([`this session was made in ${bench.repo}; it continues in ${clone} (main)`]);
		expect(files(relay, 2)).toEqual(['git: added by-codex.txt']);
		expect(existsSync(join(bench.repo, 'by-codex.txt'))).toBe(false);
	});

	it('continues outside git as well', async () => {
		await bench.dispose();
		bench = new EngineBench({ kind: 'none' });
		installBoth();
		await begunIn(bench.repo);
		const moved = join(bench.root, 'renamed');
		renameSync(bench.repo, moved);
		const { relay } = await goneOnIn(moved);
		expect(existsSync(join(moved, 'by-codex.txt'))).toBe(true);
		expect(relay.meta().repo.worktree).toBe(moved);
	});

	it('works in worktrees of a bare repo, one gone and one present', async () => {
		installBoth();
		const bare = join(bench.root, 'bare.git');
		bench.git('clone', '-q', '--bare', bench.repo, bare);
		const inBare = (...args: string[]) =>
			execFileSync('git', ['-C', bare, ...args], { env: { ...bench.env }, stdio: 'pipe' });
		const [one, two] = [join(bench.root, 'one'), join(bench.root, 'two')];
		inBare('worktree', 'add', '-q', one, '-b', 'one');
		inBare('worktree', 'add', '-q', two, '-b', 'two');
		await begunIn(one);
		const first = await goneOnIn(two);
		expect(files(first.relay, 2)).toEqual(['git: added by-codex.txt']);
		expect(existsSync(join(one, 'by-codex.txt'))).toBe(true);
		await first.relay.relay.close();
		await begunIn(one);
		inBare('worktree', 'remove', '--force', one);
		const second = await goneOnIn(two);
		expect(second.relay.meta().repo.worktree).toBe(two);
		expect(files(second.relay, 2)).toEqual(['git: added by-codex.txt']);
	});
});

describe('a session of another repo', () => {
	it('is refused with how to say that it is right, and continues when the user says so', async () => {
		installBoth();
		await begunIn(bench.repo);
		const other = otherRepo();
		cpSync(join(bench.repo, '.agent-relay'), join(other, '.agent-relay'), { recursive: true });
		await expect(goneOnIn(other)).rejects.toMatchObject({
			code: 'refused',
			message: expect.stringContaining('another repo'),
			hint: expect.stringMatching(/ --here$/),
		});
		expect(bench.received('codex')).toEqual([]);
		const { relay } = await goneOnIn(other, { isHere: true });
		expect(existsSync(join(other, 'by-codex.txt'))).toBe(true);
		expect(relay.meta().repo.worktree).toBe(other);
	});

	it('is refused also where its own folder is gone, and this repo never had its commit', async () => {
		installBoth();
		await begunIn(bench.repo);
		const other = otherRepo();
		const plain = join(bench.root, 'plain');
		mkdirSync(plain);
		for (const place of [other, plain])
			cpSync(join(bench.repo, '.agent-relay'), join(place, '.agent-relay'), { recursive: true });
		rmSync(bench.repo, { recursive: true });
		for (const place of [other, plain])
			await expect(goneOnIn(place)).rejects.toMatchObject({
				code: 'refused',
				hint: expect.stringMatching(/ --here$/),
			});
		expect(bench.received('codex')).toEqual([]);
		const { relay } = await goneOnIn(other, { isHere: true });
		expect(relay.meta().repo.worktree).toBe(other);
	});

	it('asks for a task in that line where nothing of it waits', async () => {
		installBoth();
		await begunIn(bench.repo);
		await (await goneOnIn(bench.repo)).relay.relay.close();
		const other = otherRepo();
		cpSync(join(bench.repo, '.agent-relay'), join(other, '.agent-relay'), { recursive: true });
		await expect(goneOnIn(other)).rejects.toMatchObject({ hint: expect.stringMatching(/ --here "TASK"$/) });
	});
});

describe('a hand-over without the snapshots', () => {
	const damages: Array<[what: string, damage: () => void]> = [
		['the store is gone', () => rmSync(join(bench.state, 'snapshots'), { recursive: true })],
		['its objects are cut', () => eachObject((path) => writeFileSync(path, ''))],
		['half of its objects are gone', () => eachObject((path, at) => at % 2 === 0 && rmSync(path))],
		['its HEAD is empty', () => eachFile((path) => path.endsWith('/HEAD') && writeFileSync(path, ''))],
		['all of it is empty', () => eachFile((path) => writeFileSync(path, ''))],
	];

	it.each(damages)('continues when %s, and the next turn is known in full again', async (_what, damage) => {
		installBoth();
		await begunIn(bench.repo);
		damage();
		const { relay, packet } = await goneOnIn(bench.repo);
		expect(packet).toContain('by-claude.txt');
		bench.write('mine.txt', 'by hand\n');
		rmSync(join(bench.repo, 'by-codex.txt'));
		await relay.send('more');
		expect(files(relay, 3)).toEqual(['git: added by-codex.txt']);
		expect(await diffOf(relay, 3)).toContain('+made');
	});

	it('continues when the state folder cannot be made', async () => {
		installBoth();
		await begunIn(bench.repo);
		rmSync(join(bench.state, 'snapshots'), { recursive: true });
		writeFileSync(join(bench.state, 'snapshots'), 'a file in the way');
		const { relay } = await goneOnIn(bench.repo);
		expect(relay.states()[1]?.warnings).toContainEqual(expect.stringContaining('tool calls'));
	});
});

function eachFile(act: (path: string) => unknown): void {
	const listed = execFileSync('find', [join(bench.state, 'snapshots'), '-type', 'f'], { encoding: 'utf8' });
	for (const path of listed.split('\n').filter(Boolean).sort()) {
		execFileSync('chmod', ['u+w', path]);
		act(path);
	}
}

function eachObject(act: (path: string, at: number) => unknown): void {
	let at = 0;
	eachFile((path) => {
		if (/objects\/[0-9a-f]{2}\//.test(path)) act(path, at++);
	});
}
