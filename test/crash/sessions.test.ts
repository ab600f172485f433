import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import {
	chmodSync,
	existsSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	realpathSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseMeta } from '../../src/sessions/files/json-record.ts';
import { compileSource } from '../helpers/compiled-source.ts';
import { until } from '../helpers/patience.ts';

/** Kills of a process in its writes. */
const ROUNDS = 25;

interface Reply {
	ok?: unknown;
	code?: string;
	message?: string;
}

const CHILD = resolve(import.meta.dirname, '../helpers/store-child.mjs');
let dist: ReturnType<typeof compileSource>;
let root: string;
const children: ChildProcess[] = [];

beforeAll(() => {
	dist = compileSource();
});
afterAll(() => dist.remove());
beforeEach(() => {
	root = realpathSync(mkdtempSync(join(tmpdir(), 'relay-store-')));
});
afterEach(async () => {
	for (const child of children.splice(0))
		if (child.exitCode === null && child.signalCode === null) await kill(child);
	rmSync(root, { recursive: true, force: true });
});

async function kill(child: ChildProcess): Promise<void> {
	const gone = once(child, 'exit');
	child.kill('SIGKILL');
	await gone;
}

async function start(): Promise<ChildProcess> {
	const child = fork(CHILD, [dist.folder, root], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
	children.push(child);
	await once(child, 'message');
	return child;
}

async function ask(child: ChildProcess, name: string, args: object = {}): Promise<Reply> {
	const answer = once(child, 'message');
	child.send({ name, ...args });
	const [reply] = await answer;
	return reply;
}

const sessions = () => join(root, '.agent-relay', 'sessions');
const lockOf = (id: string) => join(sessions(), id, 'lock');

describe('the lock of a session', () => {
	it('goes to exactly one of three processes that find a stale one', async () => {
		const racers = await Promise.all([start(), start(), start()]);
		const [first] = racers;
		const id = String((await ask(first!, 'create')).ok);
		const dead = JSON.parse(readFileSync(lockOf(id), 'utf8'));
		await ask(first!, 'release');
		for (let round = 0; round < 60; round++) {
			// The same pid with another start stamp: its process is gone.
			const token = round.toString(16).padStart(16, '0');
			writeFileSync(lockOf(id), JSON.stringify({ ...dead, token, pid_start: '1' }), { mode: 0o600 });
			const at = Date.now() + 5;
			const replies = await Promise.all(racers.map((racer) => ask(racer, 'open', { id, at })));
			const winners = racers.filter((_, i) => replies[i]?.ok !== undefined);
			const refused = replies.filter(({ code }) => code === 'session_locked');
			expect({ round, winners: winners.length, refused: refused.length }).toEqual({
				round,
				winners: 1,
				refused: 2,
			});
			const holder = JSON.parse(readFileSync(lockOf(id), 'utf8'));
			expect(holder.pid).toBe(winners[0]?.pid);
			expect(refused[0]?.message).toContain(
				`process ${holder.pid} on ${hostname()} since ${holder.acquired_at}`,
			);
			await ask(winners[0]!, 'release');
			expect(readdirSync(join(sessions(), id)).sort()).toEqual(['log.jsonl', 'meta.json', 'resume', 'turns']);
		}
		expect(readdirSync(sessions())).toEqual([id]);
	});

	it('goes to exactly one of three processes that find none', async () => {
		const racers = await Promise.all([start(), start(), start()]);
		const id = String((await ask(racers[0]!, 'create')).ok);
		await ask(racers[0]!, 'release');
		for (let round = 0; round < 40; round++) {
			const replies = await Promise.all(
				racers.map((racer) => ask(racer, 'open', { id, at: Date.now() + 5 })),
			);
			const winners = racers.filter((_, i) => replies[i]?.ok !== undefined);
			expect(winners).toHaveLength(1);
			await ask(winners[0]!, 'release');
		}
	});
});

describe('a process killed while it writes meta.json', () => {
	it('leaves a record that parses and a session that opens, every time', async () => {
		const creator = await start();
		const id = String((await ask(creator, 'create')).ok);
		await ask(creator, 'release');
		const path = join(sessions(), id, 'meta.json');
		const seen = new Set<string | null>();
		const before = readFileSync(path, 'utf8');
		for (let round = 0; round < ROUNDS || (seen.size === 1 && round < ROUNDS + 3); round++) {
			const writer = await start();
			await ask(writer, 'updateForEver', { id });
			// Spread over the phases of a write of about a millisecond; on a disk that takes longer, after one in the end.
			if (round < ROUNDS) await new Promise((done) => setTimeout(done, 1 + ((round * 7) % 13)));
			else await until(() => readFileSync(path, 'utf8') !== before, 'a write');
			await kill(writer);
			const meta = parseMeta(readFileSync(path, 'utf8'), path);
			seen.add(meta.title?.slice(0, 8) ?? null);
			const opened = await ask(creator, 'open', { id, at: 0 });
			expect(opened.ok).toEqual([expect.stringContaining('which is gone')]);
			await ask(creator, 'release');
			expect(readdirSync(join(sessions(), id)).sort()).toEqual(['log.jsonl', 'meta.json', 'resume', 'turns']);
		}
		expect(seen.size).toBeGreaterThan(1);
	});
});

describe.skipIf(process.getuid?.() !== 0)('a folder of another user', () => {
	it('is told as not writable, with nothing created', async () => {
		chmodSync(root, 0o755);
		const stranger = await start();
		await ask(stranger, 'become', { uid: 65534 });
		const reply = await ask(stranger, 'create');
		expect(reply).toMatchObject({ code: 'not_writable', message: expect.stringContaining(root) });
		expect(existsSync(join(root, '.agent-relay'))).toBe(false);
	});
});
