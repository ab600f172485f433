import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
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
	cli.configureAgents({ two: 'cat >/dev/null; echo two did it' }, '[agents]\norder = ["two"]\n');
});
afterEach(() => {
	unmount();
	unmount = () => undefined;
	cli.remove();
});

const INSTANTS = killCount(5);
const PATIENCE_MS = 300_000;
const ID = '0b6c4b3a-6b3f-4d0e-9c53-1f2a3b4c5d6e';

const sessions = () => join(cli.repo, '.agent-relay/sessions');
const names = () => (existsSync(sessions()) ? readdirSync(sessions()) : []);
const ids = () => names().filter((name) => /^[0-9A-Z]{26}$/.test(name));
const drafts = () => names().filter((name) => name.endsWith('.draft'));
const metaOf = (id: string) => JSON.parse(readFileSync(join(sessions(), id, 'meta.json'), 'utf8'));

/** A conversation of claude of that many turns, each with commands that printed `outputBytes` in all. */
function transcript({ turns, outputBytes }: { turns: number; outputBytes: number }): string {
	const path = join(cli.home, '.claude/projects/-repo', `${ID}.jsonl`);
	const commands = Math.max(1, Math.round(outputBytes / 20_000));
	const output = 'a line of what a command printed\n'.repeat(Math.ceil(outputBytes / commands / 33));
	let [parent, at]: [string | null, number] = [null, 0];
	const line = (value: object) => {
		const uuid = `00000000-0000-4000-8000-${String(++at).padStart(12, '0')}`;
		const place = {
			uuid,
			parentUuid: parent,
			isSidechain: false,
			sessionId: ID,
			cwd: cli.repo,
			version: '2.1.332',
		};
		parent = uuid;
		const timestamp = new Date(Date.UTC(2026, 0, 1) + at * 1000).toISOString();
		return `${JSON.stringify({ ...place, ...value, timestamp })}\n`;
	};
	const user = (content: unknown) => line({ type: 'user', message: { role: 'user', content } });
	const assistant = (...content: object[]) =>
		line({
			type: 'assistant',
			message: { id: `m${at}`, role: 'assistant', model: 'claude-x', content },
		});
	mkdirSync(dirname(path), { recursive: true });
	for (let turn = 1; turn <= turns; turn++) {
		const parts = [user(`Prompt ${turn}.`)];
		for (let one = 0; one < commands; one++) {
			const id = `t${turn}-${one}`;
			parts.push(assistant({ type: 'tool_use', id, name: 'Bash', input: { command: 'make' } }));
			parts.push(user([{ type: 'tool_result', tool_use_id: id, content: output }]));
		}
		parts.push(assistant({ type: 'text', text: `Answer ${turn}.` }));
		appendFileSync(path, parts.join(''));
	}
	return path;
}

/** The one session there is: all of its turns, and another agent gets its packet. */
async function checkWhole(turns: number): Promise<void> {
	const [id = '', ...more] = ids();
	expect(more).toEqual([]);
	expect(metaOf(id)).toMatchObject({ turn_count: turns, adopted_from: { native_session_id: ID } });
	const listed = JSON.parse((await cli.run(['sessions', '--json'])).stdout).sessions;
	expect(listed).toMatchObject([{ id }]);
	expect(listed[0].status).not.toBe('damaged');
	const packet = await cli.run(['handoff', id, '--print']);
	expect(packet.exitCode, packet.stderr).toBe(0);
	expect(packet.stdout).toContain(`Prompt ${turns}.`);
}

describe('a session that is made from a transcript, and killed meanwhile', () => {
	it('is whole or not there, at whatever instant, and there once after the next try', {
		timeout: PATIENCE_MS,
	}, async () => {
		const turns = 40;
		const path = transcript({ turns, outputBytes: 40_000 });
		const before = readFileSync(path, 'utf8');
		const seen = new Set<string>();
		let wholeTook = 0;
		const times = killTimes(INSTANTS, {
			from: 0,
			tookMs: () => wholeTook,
			allTooLate: () => !seen.has('not there'),
		});
		for (const afterMs of times) {
			const run = startProgram({ cwd: cli.repo, env: cli.env }, 'handoff', path, '--to', 'two');
			if (afterMs !== null) {
				await sleep(afterMs);
				run.kill('SIGKILL');
			}
			const { tookMs } = await run.ended;
			if (afterMs === null) wholeTook = tookMs;
			seen.add(ids().length === 0 ? 'not there' : 'whole');
			if (ids().length > 0) await checkWhole(turns);
			const again = await cli.run(['handoff', path, '--print']);
			expect(again.exitCode, again.stderr).toBe(0);
			await checkWhole(turns);
			expect(drafts()).toEqual([]);
			expect((await cli.run(['delete', ids()[0] ?? '', '--yes'])).exitCode).toBe(0);
		}
		expect([...seen].sort()).toEqual(['not there', 'whole']);
		expect(readFileSync(path, 'utf8')).toBe(before);
	});
});

describe('several commands that make a session from one transcript at once', () => {
	it('make one', { timeout: PATIENCE_MS }, async () => {
		const turns = 10;
		const path = transcript({ turns, outputBytes: 20_000 });
		for (let round = 0; round < INSTANTS / 3; round++) {
			const ends = await Promise.all([1, 2, 3, 4].map(() => cli.run(['handoff', path, '--to', 'two'])));
			expect(ends.map(({ exitCode }) => exitCode)).toContain(0);
			await checkWhole(turns);
			expect(drafts()).toEqual([]);
			expect((await cli.run(['delete', ids()[0] ?? '', '--yes'])).exitCode).toBe(0);
		}
	});
});

describe.skipIf(!canMount)('a session that is made from a transcript onto a disk that gets full', () => {
	it('is whole, or the command says so and it is not there', { timeout: PATIENCE_MS }, async () => {
		const turns = 4;
		const path = transcript({ turns, outputBytes: 20_000 });
		unmount = onDiskOfItsOwn(cli.repo, 8 * 1024);
		mkdirSync(join(cli.repo, '.agent-relay'), { recursive: true });
		const filler = join(cli.repo, '.agent-relay/filler');
		let failed = 0;
		const rooms = [0, 8, 24, 64, 96, 128, 160, 192, 2_000];
		for (const free of rooms) {
			fillDisk(filler, free);
			const end = await cli.run(['handoff', path, '--print']);
			rmSync(filler);
			expect(drafts()).toEqual([]);
			if (end.exitCode === 0) {
				await checkWhole(turns);
				await cli.run(['delete', ids()[0] ?? '', '--yes']);
				continue;
			}
			failed++;
			expect(end.stderr).toMatch(/full|space/i);
			expect(ids(), `with ${free} KiB`).toEqual([]);
		}
		expect(failed).toBeGreaterThan(1);
		expect(failed).toBeLessThan(rooms.length);
	});
});

describe('a transcript of 100 MB', () => {
	it('is made a session in a heap of 80 MB', { timeout: PATIENCE_MS }, async () => {
		const path = transcript({ turns: 200, outputBytes: 500_000 });
		expect(statSync(path).size).toBeGreaterThan(100e6);
		const env = { ...cli.env, NODE_OPTIONS: '--max-old-space-size=80' };
		const end = await startProgram({ cwd: cli.repo, env }, 'handoff', path, '--to', 'two').ended;
		expect(end.code, end.stderr).toBe(0);
		expect(metaOf(ids()[0] ?? '').turn_count).toBe(200);
	});
});
