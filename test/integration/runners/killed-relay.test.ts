import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runnerClone, runnerCreate } from '../../../src/commands/runner/create-runner.ts';
import { runnerEdit } from '../../../src/commands/runner/edit-runner.ts';
import { runnerDelete, runnerRestart } from '../../../src/commands/runner/end-runner.ts';
import { createProcessTable } from '../../../src/core/processes/create-process-table.ts';
import { Died, withFaults } from '../../helpers/faulty-disk.ts';
import { hasTmux } from '../../helpers/open-pair.ts';
import { until } from '../../helpers/patience.ts';
import { namesIn, RunnerBench, UUID } from '../../helpers/runner-bench.ts';

let bench: RunnerBench;
beforeEach(() => {
	bench = new RunnerBench();
});
afterEach(() => bench.remove());

type Context = RunnerBench['context'];
const asked = (name: string, dns: string | null = null) => ({
	...{ name, dns, agent: null, inPlace: false, port: null, protocol: null },
	...{ command: ['sleep', '1000'], repo: bench.home.repo, kind: null, image: null },
});
const create = (context: Context) => runnerCreate.run(context, asked('api', 'api'));

interface Operation {
	/** Made before, by a relay that lives. */
	hasRunner: boolean;
	act(context: Context): Promise<unknown>;
}

const OPERATIONS: Readonly<Record<string, Operation>> = {
	create: { hasRunner: false, act: create },
	clone: {
		hasRunner: true,
		act: (context) => runnerClone.run(context, { runner: 'api', name: 'copy' }),
	},
	edit: {
		hasRunner: true,
		act: (context) =>
			runnerEdit.run(context, {
				...{ runner: 'api', rename: 'web', dns: 'web', agent: null, port: null, protocol: null, image: null },
			}),
	},
	delete: {
		hasRunner: true,
		act: (context) => runnerDelete.run(context, { runner: 'api', yes: true }),
	},
};

/** As `git status` has it: nothing is missing and nothing is half-written. */
const isWholeClone = (work: string) =>
	execFileSync('git', ['-C', work, 'status', '--porcelain'], { env: bench.home.env }).length === 0 &&
	readFileSync(join(work, 'README.md'), 'utf8') === '# A repo\n';

/** What may be in the folder of a runner that never ran. */
const OWN_NAMES = new Set(['runner.json', 'work']);

async function expectMended(): Promise<void> {
	const left = bench.strange().filter((name) => name !== '.lock');
	const { notices, runners, damaged } = await bench.next();
	expect(notices.filter((text) => text.startsWith('put away'))).toHaveLength(left.length);
	expect([bench.strange(), damaged]).toEqual([[], []]);
	for (const { runner, work, state, lock } of runners) {
		expect([state, lock.is === 'held', isWholeClone(work)]).toEqual(['-', false, true]);
		expect(bench.namesOf(runner.uuid).filter((name) => !OWN_NAMES.has(name))).toEqual([]);
	}
	const named = runners.flatMap(({ runner: { dns_name } }) => dns_name ?? []);
	expect(bench.hostNames()).toEqual(named.sort());
	expect(namesIn(join(bench.root, '..')).filter((name) => /^\.hosts/.test(name))).toEqual([]);
	expect((await bench.next()).notices).toEqual([]);
}

describe('a relay that dies', { timeout: 600_000 }, () => {
	for (const [name, { hasRunner, act }] of Object.entries(OPERATIONS))
		it(`at ${name}, before whatever call changes a file, leaves nothing half-made`, async () => {
			let at = 0;
			for (let isDead = true; isDead; at++) {
				if (hasRunner) await create(bench.context);
				const { error } = await withFaults({ diesAt: at }, () => act(bench.dying));
				isDead = error !== null;
				if (isDead) expect(error).toBeInstanceOf(Died);
				await expectMended();
				for (const { runner } of (await bench.next()).runners)
					await runnerDelete.run(bench.context, { runner: runner.uuid, yes: true });
				expect([existsSync(bench.hosts), bench.strange()]).toEqual([false, []]);
			}
			expect(at).toBeGreaterThan(8);
		});

	it.skipIf(!hasTmux)(
		'at a start, before whatever call changes a file, leaves one that stands or runs',
		async () => {
			const names = new Set([
				...['exit', 'started', 'record.pl', 'record.sh', 'recordings', 'run.sh'],
				...['runner.json', 'tmux.conf', 'work'],
			]);
			const seen = new Set<string>();
			for (let [at, isDead] = [0, true]; isDead; at++) {
				const { data } = await create(bench.context);
				const { uuid } = data.look.runner;
				const start = (context: Context) => runnerRestart.run(context, { runner: uuid, force: false });
				const { error } = await withFaults({ diesAt: at }, () => start(bench.dying));
				isDead = error !== null;
				const { runners, damaged } = await bench.next();
				expect([damaged, bench.strange().filter((name) => name !== '.lock')]).toEqual([[], []]);
				expect(runners.map(({ state }) => state)).toEqual([expect.stringMatching(/^[-R]$/)]);
				expect(bench.namesOf(uuid).filter((name) => !names.has(name))).toEqual([]);
				seen.add(runners[0]?.state ?? '');
				if (runners[0]?.state === '-') await start(bench.context);
				expect((await bench.next()).runners[0]?.state).toBe('R');
				await runnerDelete.run(bench.context, { runner: uuid, yes: true });
			}
			expect([...seen].sort()).toEqual(['-', 'R']);
		},
	);
});

describe('what a killed relay left', () => {
	const dead = { pid: 2 ** 22 + 1, start: '1' };

	it('is put away at once and by name, whatever of it was there', async () => {
		mkdirSync(bench.root, { recursive: true });
		const made = await bench.dying;
		const { halfName } = await import('../../../src/runners/half-folders.ts');
		const half = (doing: 'making' | 'removing', uuid: string) =>
			join(bench.root, halfName(doing, uuid, made.processes));
		// Just made; with its lock made and not written; with half of its work; without the lock that goes first.
		mkdirSync(half('making', 'aaaaaaaa-1'));
		mkdirSync(half('making', 'bbbbbbbb-1'));
		writeFileSync(join(half('making', 'bbbbbbbb-1'), 'lock'), '');
		mkdirSync(join(half('making', 'cccccccc-1'), 'work/.git'), { recursive: true });
		mkdirSync(join(half('removing', 'dddddddd-1'), 'work'), { recursive: true });
		const { notices } = await bench.next();
		expect(notices.sort()).toEqual([
			'put away what was left of the runner aaaaaaaa, which was being created when its relay ended',
			'put away what was left of the runner bbbbbbbb, which was being created when its relay ended',
			'put away what was left of the runner cccccccc, which was being created when its relay ended',
			'put away what was left of the runner dddddddd, which was being deleted when its relay ended',
		]);
		expect(bench.strange()).toEqual([]);
	});

	it('is left alone while its process runs', async () => {
		mkdirSync(bench.root, { recursive: true });
		const { halfName } = await import('../../../src/runners/half-folders.ts');
		const name = halfName('making', 'aaaaaaaa-1', bench.context.processes);
		mkdirSync(join(bench.root, name));
		expect((await bench.next()).notices).toEqual([]);
		expect(bench.strange()).toEqual([name]);
	});

	it('ends the git that still writes into it', async () => {
		const uuid = '99999999-aaaa-4aaa-8aaa-aaaaaaaaaaaa';
		const { halfName } = await import('../../../src/runners/half-folders.ts');
		const half = join(bench.root, halfName('making', uuid, bench.dying.processes));
		mkdirSync(half, { recursive: true });
		const script = `while :; do mkdir -p '${half}/work'; echo > '${half}/work/file'; done`;
		const writer = spawn('/bin/sh', ['-c', script], {
			env: { ...bench.home.env, AGENT_RELAY_RUNNER: uuid },
			stdio: 'ignore',
		});
		try {
			await until(() => existsSync(join(half, 'work/file')), 'the writer');
			expect((await bench.next()).notices).toEqual([expect.stringMatching(/^put away .* 99999999/)]);
			expect(createProcessTable().withEnvironment({ AGENT_RELAY_RUNNER: uuid })).toEqual([]);
			expect(bench.strange()).toEqual([]);
		} finally {
			writer.kill('SIGKILL');
		}
	});

	it('is a lock, whole or torn, that is in nobody’s way', async () => {
		const { data } = await create(bench.context);
		const { uuid } = data.look.runner;
		const place = bench.context.processes.place();
		const lock = join(bench.root, uuid, 'lock');
		for (const text of ['', '{"pid":', JSON.stringify({ ...place, ...dead, doing: 'edit', since: '' })]) {
			writeFileSync(lock, text);
			writeFileSync(join(bench.root, uuid, '.tmux.conf.1-00000000.tmp'), 'half');
			const { runners } = await bench.next();
			expect(runners.map(({ state }) => state)).toEqual(['-']);
			expect(bench.namesOf(uuid)).toEqual(['runner.json', 'work']);
		}
	});

	it('is a list of names that does not fit the runners, which is written anew', async () => {
		await create(bench.context);
		const { host, boot_id, pid_namespace } = bench.context.processes.place();
		const holder = { ...dead, place: [host, boot_id, pid_namespace].join(' ') };
		writeFileSync(join(bench.root, '.lock'), JSON.stringify(holder));
		writeFileSync(bench.hosts, '127.0.0.1\tgone\n');
		expect((await bench.next()).notices).toEqual([expect.stringContaining('the DNS names')]);
		expect([bench.hostNames(), bench.strange()]).toEqual([['api'], []]);
		expect(readdirSync(bench.root).every((name) => UUID.test(name))).toBe(true);
	});
});
