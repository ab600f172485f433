import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliHome, type CliRun } from '../helpers/cli-home.ts';
import { startProgram } from '../helpers/crash-program.ts';
import { killCount } from '../helpers/kills.ts';
import { until } from '../helpers/patience.ts';

let home: CliHome;
beforeEach(() => {
	home = new CliHome();
});
afterEach(() => home.remove());

describe('names', () => {
	it('are all kept of 200 that are created at once, from two worktrees', { timeout: 300_000 }, async () => {
		const other = join(home.base, 'other');
		home.git('worktree', 'add', '-q', other);
		const ids = Array.from({ length: 200 }, (_, at) => `n${String(at).padStart(3, '0')}`);
		const runs: CliRun[] = [];
		const todo = [...ids.entries()];
		await Promise.all(
			Array.from({ length: 20 }, async () => {
				for (let next = todo.pop(); next !== undefined; next = todo.pop())
					runs.push(
						await home.run(['name', 'create', next[1]], { cwd: next[0] % 2 === 0 ? home.repo : other }),
					);
			}),
		);
		expect(runs.filter(({ exitCode }) => exitCode !== 0)).toEqual([]);
		const { names } = JSON.parse(readFileSync(join(home.repo, '.agent-relay', 'names.json'), 'utf8'));
		expect(names.map(({ id }: { id: string }) => id).sort()).toEqual(ids);
		expect(new Set(names.map(({ worktree: path }: { worktree: string }) => path))).toEqual(
			new Set([home.repo, other]),
		);
	});
});

const ROOT = resolve(import.meta.dirname, '../..');
/** How often a process is killed in the middle of its changes. */
const KILLS = killCount(16);

interface Writer {
	child: ChildProcess;
	/** What it reported as made, whole lines. */
	reported(): string[];
	kill(): Promise<void>;
}

function startWriter(self: string, repo: string): Writer {
	const state = join(home.base, 'state');
	mkdirSync(state, { recursive: true });
	const child = spawn(
		process.execPath,
		[join(ROOT, 'test/helpers/names-child.mjs'), join(ROOT, 'dist'), repo, state, self],
		{ stdio: ['ignore', 'pipe', 'inherit'] },
	);
	let said = '';
	child.stdout?.on('data', (chunk) => {
		said += chunk;
	});
	const ended = new Promise<void>((done) => child.on('close', () => done()));
	return {
		child,
		reported: () => said.split('\n').slice(0, -1),
		kill: () => {
			child.kill('SIGKILL');
			return ended;
		},
	};
}

/** In the order in which one name goes through them. */
const STAGES = ['created', 'selected', 'bound', 'inactive', 'archived'];

describe('the registry of names', () => {
	it('is never torn and loses nothing that was reported, whoever is killed while others write', async () => {
		const repo = join(home.base, 'plain');
		mkdirSync(repo);
		const folder = join(repo, '.agent-relay');
		const state = join(home.base, 'state');
		const read = () => JSON.parse(readFileSync(join(folder, 'names.json'), 'utf8'));
		const others = ['one', 'two'].map((self) => startWriter(self, repo));
		const reported: string[] = [];
		try {
			for (let at = 0; at < KILLS; at++) {
				const victim = startWriter(`victim${at}`, repo);
				await until(() => victim.reported().length >= 2, 'a change');
				// At another instant of its changes each time.
				await sleep((at * 7) % 23);
				await victim.kill();
				reported.push(...victim.reported());
				const names = new Map(read().names.map((name: { id: string }) => [name.id, name]));
				for (const line of [...reported, ...others.flatMap((writer) => writer.reported())]) {
					const [what, id = ''] = line.split(' ');
					if (what === 'created') expect(names.has(id), line).toBe(true);
				}
			}
		} finally {
			for (const writer of others) await writer.kill();
		}
		const last = new Map<string, number>();
		for (const line of reported) {
			const [what = '', id = ''] = line.split(' ');
			if (id !== '') last.set(id, STAGES.indexOf(what));
		}
		expect(last.size).toBeGreaterThanOrEqual(KILLS);
		for (const { id, lifecycle, worktree } of read().names) {
			const reached = last.get(id) ?? 0;
			if (reached >= STAGES.indexOf('bound')) expect(worktree).toBe(state);
			if (reached >= STAGES.indexOf('inactive')) expect(['inactive', 'archived']).toContain(lifecycle);
			if (reached >= STAGES.indexOf('archived')) expect(lifecycle).toBe('archived');
		}
		// A lock of a killed process is in nobody's way.
		const next = startWriter('next', repo);
		await until(() => next.reported().length >= 2, 'a change after the last kill');
		await next.kill();
		// A victim that had no time to put its file in place leaves that beside it, under a name that nobody reads.
		const strange = readdirSync(folder).filter(
			(name) => !/^(\.gitignore|names\.json(\.lock)?|sessions|\.names\.json\..+\.tmp)$/.test(name),
		);
		expect(strange).toEqual([]);
	});

	it('is as it was, or has the name, after a kill of the program at any instant', async () => {
		const [first] = [await home.run(['name', 'create', 'first'])];
		expect(first.exitCode).toBe(0);
		const whole = startProgram({ cwd: home.repo, env: home.env }, 'name', 'create', 'whole');
		const { tookMs } = await whole.ended;
		const commands = [
			(id: string) => ['name', 'create', id],
			() => ['name', 'select', 'first'],
			() => ['name', 'rebind', 'first', '--worktree', home.home],
			() => ['name', 'select', 'default'],
			() => ['kill', '--session', 'first'],
			() => ['name', 'archive', 'whole'],
		];
		const made = ['first', 'whole'];
		for (const [at, command] of [...commands, ...commands].entries()) {
			const id = `n${at}`;
			const run = startProgram({ cwd: home.repo, env: home.env }, ...command(id));
			await sleep((tookMs * (at + 4)) / 16);
			run.kill('SIGKILL');
			const { code } = await run.ended;
			const { names } = JSON.parse(readFileSync(join(home.repo, '.agent-relay/names.json'), 'utf8'));
			const ids = names.map((name: { id: string }) => name.id);
			if (code === 0 && command(id)[1] === 'create') made.push(id);
			expect(ids).toEqual(expect.arrayContaining(made));
		}
		expect((await home.run(['name', 'create', 'last'])).exitCode).toBe(0);
	});
});
