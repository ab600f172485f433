import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliHome } from '../helpers/cli-home.ts';
import { startProgram } from '../helpers/crash-program.ts';
import { killCount, killTimes } from '../helpers/kills.ts';
import { canMount, fillDisk, onDiskOfItsOwn } from '../helpers/small-disk.ts';

let cli: CliHome;
let unmount: () => void = () => undefined;
beforeEach(() => {
	cli = new CliHome();
	const work =
		'cat >/dev/null; n=1; while [ -e f$n.txt ]; do n=$((n+1)); done; echo $n >f$n.txt; echo did $n';
	cli.configureAgents({ one: work }, '[agents]\norder = ["one"]\n');
});
afterEach(() => {
	unmount();
	unmount = () => undefined;
	cli.remove();
});

const INSTANTS = killCount(12);
const PATIENCE_MS = 300_000;

const sessions = () => join(cli.repo, '.agent-relay/sessions');
const ids = () => readdirSync(sessions()).filter((name) => /^[0-9A-Z]{26}$/.test(name));
const drafts = () => readdirSync(sessions()).filter((name) => name.endsWith('.draft'));
const metaOf = (id: string) => JSON.parse(readFileSync(join(sessions(), id, 'meta.json'), 'utf8'));
const filesThere = () => ['f1.txt', 'f2.txt'].filter((name) => existsSync(join(cli.repo, name)));

async function session(): Promise<string> {
	const end = await cli.run(['--agent', 'one'], { input: 'first task\nsecond task\n' });
	expect(end.exitCode, end.stderr).toBe(0);
	const [id = ''] = ids();
	return id;
}

/** Each fork is whole: its packet is there, and a prompt goes out with it. */
async function checkForks(source: string): Promise<number> {
	const forks = ids().filter((id) => id !== source);
	for (const id of forks) {
		const { checkpoint, forked_from } = metaOf(id);
		expect(forked_from).toMatchObject({ session: source, turn: 1 });
		expect(checkpoint.reason).toBe('fork');
		for (const path of [checkpoint.packet, checkpoint.packet.replace(/md$/, 'json')])
			expect(existsSync(join(sessions(), id, path))).toBe(true);
		expect(readFileSync(join(sessions(), id, checkpoint.packet), 'utf8')).toContain('Where to read more');
	}
	const listed = JSON.parse((await cli.run(['sessions', '--json'])).stdout).sessions;
	expect(listed.map((one: { id: string }) => one.id).sort()).toEqual(ids().sort());
	expect(listed.filter((one: { status: string }) => one.status === 'damaged')).toEqual([]);
	return forks.length;
}

describe('a fork that is killed', () => {
	it('is whole or not there, at whatever instant, with its files as they were or as asked for', {
		timeout: PATIENCE_MS,
	}, async () => {
		const source = await session();
		const before = readFileSync(join(sessions(), source, 'meta.json'), 'utf8');
		const seen = new Set<string>();
		let wholeTook = 0;
		const times = killTimes(INSTANTS, {
			from: 1 / 3,
			tookMs: () => wholeTook,
			allTooLate: () => !seen.has('not there'),
		});
		for (const afterMs of times) {
			const run = startProgram(
				{ cwd: cli.repo, env: cli.env },
				'fork',
				source,
				'--turn',
				'1',
				'--files',
				'--yes',
			);
			if (afterMs !== null) {
				await sleep(afterMs);
				run.kill('SIGKILL');
			}
			const { tookMs } = await run.ended;
			if (afterMs === null) wholeTook = tookMs;
			// Settles an undo that was cut short.
			const count = await checkForks(source);
			seen.add(count === 0 ? 'not there' : 'whole');
			expect(readFileSync(join(sessions(), source, 'meta.json'), 'utf8')).toBe(before);
			const fork = ids().find((id) => id !== source);
			if (fork !== undefined) {
				const undone = metaOf(fork).undos?.length ?? 0;
				const again = await cli.run(['redo', fork]);
				expect(again.exitCode, again.stderr).toBe(undone === 0 ? 4 : 0);
				expect((await cli.run(['delete', fork, '--yes'])).exitCode).toBe(0);
			}
			expect(filesThere()).toEqual(['f1.txt', 'f2.txt']);
		}
		expect([...seen].sort()).toEqual(['not there', 'whole']);
		const last = await cli.run(['fork', source, '--turn', '1', '--json']);
		expect(last.exitCode, last.stderr).toBe(0);
		expect(drafts()).toEqual([]);
	});
});

describe('two forks at once', () => {
	it('are two lines of work, each whole', { timeout: PATIENCE_MS }, async () => {
		const source = await session();
		const ends = await Promise.all([1, 2, 3].map(() => cli.run(['fork', source, '--turn', '1'])));
		expect(ends.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
		expect(await checkForks(source)).toBe(3);
	});

	it('with files: one brings them, and the other finds nothing left to do', {
		timeout: PATIENCE_MS,
	}, async () => {
		const source = await session();
		const args = ['fork', source, '--turn', '1', '--files', '--yes'];
		const ends = await Promise.all([cli.run(args), cli.run(args)]);
		for (const { exitCode, stderr } of ends) expect([0, 5, 6], stderr).toContain(exitCode);
		expect(ends.map(({ exitCode }) => exitCode)).toContain(0);
		expect(filesThere()).toEqual(['f1.txt']);
		expect(await checkForks(source)).toBe(ends.filter(({ exitCode }) => exitCode === 0).length);
	});
});

describe.skipIf(!canMount)('a fork onto a disk that gets full', () => {
	it('is whole, or says so and is not there', { timeout: PATIENCE_MS }, async () => {
		unmount = onDiskOfItsOwn(cli.repo, 8 * 1024);
		const source = await session();
		const filler = join(cli.repo, '.agent-relay/filler');
		let failed = 0;
		for (const free of [0, 4, 8, 12, 24, 500]) {
			fillDisk(filler, free);
			const end = await cli.run(['fork', source, '--turn', '1']);
			rmSync(filler);
			if (end.exitCode !== 0) {
				failed++;
				expect(end.stderr).toMatch(/full|space/i);
			}
			expect(drafts()).toEqual([]);
			for (const fork of ids().filter((id) => id !== source)) {
				expect(await checkForks(source)).toBe(1);
				await cli.run(['delete', fork, '--yes']);
			}
		}
		expect(failed).toBeGreaterThan(0);
		expect(failed).toBeLessThan(6);
	});
});
