import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProcessTable } from '../../src/core/processes/create-process-table.ts';
import { CliHome } from '../helpers/cli-home.ts';
import { startProgram } from '../helpers/crash-program.ts';
import { killCount, killTimes } from '../helpers/kills.ts';
import { hasTmux } from '../helpers/open-pair.ts';
import { until } from '../helpers/patience.ts';
import { PtyProgram } from '../helpers/pty-program.ts';

let home: CliHome;
beforeEach(() => {
	home = new CliHome();
});
afterEach(async () => {
	for (const { uuid } of (await list()).runners) await ok('delete', uuid, '--yes');
	home.remove();
});

const KILLS = killCount(12);
/** So many that to clone, to copy and to remove them takes a while. */
const FILES = 2_000;
const ROOT = '.local/share/agent-relay/runners';
const HALF = /^\.(?:making|removing)-([0-9a-f-]{36})\./;

const root = () => join(home.home, ROOT);
const namesIn = (folder: string) => (existsSync(folder) ? readdirSync(folder) : []);
const ok = async (...args: string[]) => {
	const done = await home.run(['runner', ...args]);
	expect(done.exitCode, done.stderr).toBe(0);
	return done;
};

interface Row {
	name: string;
	uuid: string;
	work: string;
	state: string;
	locked_by: unknown;
}

async function list(): Promise<{ runners: Row[]; damaged: unknown[]; said: string }> {
	const { stdout, stderr } = await ok('list', '--json');
	return { ...JSON.parse(stdout), said: stderr };
}

function fillRepo(): void {
	for (let at = 0; at < FILES; at++) home.write(`many/${at % 50}/${at}.txt`, `${at}\n`);
	home.git('add', '-A');
	home.git('-c', 'user.name=A', '-c', 'user.email=a@example.org', 'commit', '-qm', 'many');
}

/** What the next command finds is whole, and what it does not find any more it has named. Which runners there are. */
async function expectMended(): Promise<string[]> {
	const half = namesIn(root()).flatMap((name) => HALF.exec(name)?.[1] ?? []);
	const { runners, damaged, said } = await list();
	for (const uuid of half) expect(said).toContain(`put away what was left of the runner ${uuid.slice(0, 8)}`);
	expect(damaged).toEqual([]);
	expect(namesIn(root()).filter((name) => name.startsWith('.') && name !== '.lock')).toEqual([]);
	for (const uuid of half)
		expect(createProcessTable().withEnvironment({ AGENT_RELAY_RUNNER: uuid })).toEqual([]);
	for (const { state, locked_by, work } of runners) {
		expect([state, locked_by]).toEqual(['-', null]);
		const args = ['-C', work, 'status', '--porcelain'];
		expect(execFileSync('git', args, { env: home.env, encoding: 'utf8' })).toBe('');
		expect(readdirSync(join(work, 'many'), { recursive: true })).toHaveLength(FILES + 50);
	}
	return runners.map(({ name }) => name).sort();
}

/** Kills the command at many instants; `before` makes what it needs, and after each kill all runners are deleted. */
async function killAtInstants(
	args: readonly string[],
	from: number,
	before: () => Promise<unknown>,
): Promise<Set<string>> {
	const seen = new Set<string>();
	let tookMs = 0;
	const times = killTimes(KILLS, { from, tookMs: () => tookMs, allTooLate: () => seen.size < 2 });
	for (const time of times) {
		await before();
		const run = startProgram({ cwd: home.repo, env: home.env }, 'runner', ...args);
		if (time !== null) {
			await sleep(time);
			run.kill('SIGKILL');
		}
		const end = await run.ended;
		if (time === null) tookMs = end.tookMs;
		seen.add((await expectMended()).join(' '));
		for (const { uuid } of (await list()).runners) await ok('delete', uuid, '--yes');
		expect(namesIn(root()).filter((name) => name !== '.lock')).toEqual([]);
	}
	return seen;
}

describe('a relay that is killed', { timeout: 600_000 }, () => {
	beforeEach(fillRepo);
	const created = ['create', 'api', '--repo', '.', '--dns', 'api', '--', 'cat'];

	it('while it creates a runner leaves it whole, or nothing', async () => {
		const seen = await killAtInstants(created, 0.3, async () => undefined);
		expect([...seen].sort()).toEqual(['', 'api']);
	});

	it('while it clones one leaves the copy whole, or nothing, and the source as it was', async () => {
		const seen = await killAtInstants(['clone', 'api', 'copy'], 0.3, () => ok(...created));
		expect([...seen].sort()).toEqual(['api', 'api copy']);
	});

	it('while it deletes one leaves it whole, or nothing', async () => {
		const seen = await killAtInstants(['delete', 'api', '--yes'], 0.3, () => ok(...created));
		expect([...seen].sort()).toEqual(['', 'api']);
	});
});

// Without tmux there is nothing to run one in.
describe.skipIf(!hasTmux)('a relay that is killed on its terminal', { timeout: 600_000 }, () => {
	/** The runner prints it once it has begun. */
	const SAYS = 'it has begun';
	const attach = () => new PtyProgram(['runner', 'attach', 'api'], { cwd: home.repo, env: home.env });
	const look = async () => (await list()).runners[0];

	it('while it starts and attaches a runner leaves one that the next attach shows', async () => {
		await ok('create', 'api', '--', 'sh', '-c', `echo ${SAYS}; cat`);
		const begun = performance.now();
		const first = attach();
		await first.shows(SAYS);
		const tookMs = performance.now() - begun;
		first.kill('SIGKILL');
		await first.ended;
		for (let at = 1; at <= KILLS; at++) {
			await ok('kill', 'api');
			const victim = attach();
			await sleep((tookMs * (0.3 + at)) / KILLS);
			victim.kill('SIGKILL');
			await victim.ended;
			expect((await look())?.locked_by ?? null).toBe(null);
			const next = attach();
			await next.shows(SAYS);
			expect((await look())?.state).toBe('C');
			await ok('background', 'api');
			expect(await next.ended).toBe(0);
			expect(await look()).toMatchObject({ state: 'R', locked_by: null });
		}
	});

	it('goes from the runner with its terminal, whoever else is attached stays', async () => {
		await ok('create', 'api', '--', 'sh', '-c', `echo ${SAYS}; cat`);
		const one = attach();
		await one.shows(SAYS);
		const other = attach();
		await other.shows(SAYS);
		one.kill('SIGKILL');
		await one.ended;
		await until(() => other.screen().includes(SAYS), 'the other terminal');
		other.type('typed after it\r');
		await other.shows('typed after it');
		const removed = await home.run(['runner', 'background', 'api']);
		expect(removed.stdout).toContain('1 terminal was sent back');
		expect(await other.ended).toBe(0);
		expect(await look()).toMatchObject({ state: 'R', locked_by: null });
	});
});
