/** The index of conversations while its indexer is killed: what was done is kept, and the next run does the rest, once. */
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'libsql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliHome, NOT_INDEXED_BESIDE } from '../helpers/cli-home.ts';
import { startProgram } from '../helpers/crash-program.ts';
import { killCount } from '../helpers/kills.ts';

let cli: CliHome;
beforeEach(() => {
	cli = new CliHome({ env: NOT_INDEXED_BESIDE });
});
afterEach(() => cli.remove());

const KILLS = killCount(8);
const FILES = 40;
const TURNS = 400;

const pathOf = (file: number) =>
	join(cli.home, '.claude/projects/-work', `11111111-2222-4333-8444-${String(file).padStart(12, '0')}.jsonl`);

function lineOf(file: number, turn: number): string {
	const sessionId = `11111111-2222-4333-8444-${String(file).padStart(12, '0')}`;
	const text = `harbour word${file}x${turn} of the log, said once`;
	return `${JSON.stringify({
		...{ type: 'user', uuid: `u${file}-${turn}`, parentUuid: null, sessionId, cwd: '/work' },
		timestamp: new Date(1_700_000_000_000 + (file * TURNS + turn) * 1000).toISOString(),
		message: { role: 'user', content: text },
	})}\n`;
}

function writeCorpus(): void {
	for (let file = 0; file < FILES; file++) {
		mkdirSync(dirname(pathOf(file)), { recursive: true });
		writeFileSync(pathOf(file), Array.from({ length: TURNS }, (_, turn) => lineOf(file, turn)).join(''));
	}
}

const start = (...args: string[]) => startProgram({ cwd: cli.repo, env: cli.env }, ...args);

/** How many messages there are, how many of them the index of words finds, and how many are there twice; null: no index yet. */
function counts(): { messages: number; found: number; twice: number; counted: number } | null {
	let db: InstanceType<typeof Database>;
	try {
		db = new Database(join(cli.home, '.local/share/agent-relay/index.db'), {
			readonly: true,
			timeout: 5_000,
		});
	} catch {
		return null;
	}
	try {
		const one = (sql: string) => (db.prepare(sql).get() as { count: number }).count;
		return {
			messages: one('select count(*) as count from messages'),
			found: one("select count(*) as count from message_fts where message_fts match 'harbour'"),
			twice: one('select count(*) - count(distinct text) as count from messages'),
			counted: one('select coalesce(sum(messages), 0) as count from conversations'),
		};
	} catch (error) {
		if (error instanceof Error && /no such table/.test(error.message)) return null;
		throw error;
	} finally {
		db.close();
	}
}

const whole = (messages: number) => ({ messages, found: messages, twice: 0, counted: messages });

describe('an indexer that is killed', () => {
	it('keeps what it did, at whatever instant, and the next one does the rest, once', {
		timeout: 300_000,
	}, async () => {
		writeCorpus();
		const first = start('reindex', '--changed');
		const { tookMs, code } = await first.ended;
		expect(code).toBe(0);
		expect(counts()).toEqual(whole(FILES * TURNS));
		rmSync(join(cli.home, '.local/share/agent-relay'), { recursive: true });
		let before = 0;
		for (let kill = 1; kill <= KILLS; kill++) {
			const run = start('reindex', '--changed');
			await sleep((tookMs * kill) / (KILLS + 1));
			run.kill('SIGKILL');
			await run.ended;
			const now = counts();
			if (now === null) continue;
			expect(now).toEqual(whole(now.messages));
			expect(now.messages).toBeGreaterThanOrEqual(before);
			before = now.messages;
		}
		expect((await start('reindex', '--changed').ended).code).toBe(0);
		expect(counts()).toEqual(whole(FILES * TURNS));
	});

	it('has company: of two one works, and both end well; a torn line and a deleted transcript come right', {
		timeout: 120_000,
	}, async () => {
		writeCorpus();
		const both = [start('reindex', '--changed', '--json'), start('reindex', '--changed', '--json')];
		const ended = await Promise.all(both.map(({ ended: end }) => end));
		expect(ended.map(({ code, stderr }) => ({ code, stderr }))).toEqual([
			{ code: 0, stderr: '' },
			{ code: 0, stderr: '' },
		]);
		const outcomes = ended.map(({ stdout }) => JSON.parse(stdout).outcome as string);
		expect(outcomes).toContain('done');
		expect(counts()).toEqual(whole(FILES * TURNS));

		const added = lineOf(0, TURNS);
		appendFileSync(pathOf(0), added.slice(0, 60));
		rmSync(pathOf(1));
		await start('reindex', '--changed').ended;
		expect(counts()).toEqual(whole(FILES * TURNS));
		appendFileSync(pathOf(0), added.slice(60));
		await start('reindex', '--changed').ended;
		expect(counts()).toEqual(whole(FILES * TURNS + 1));
		const listed = JSON.parse((await cli.run(['conversations', '--json', '-n', '100'])).stdout);
		const gone = (listed.conversations as Array<{ gone: boolean; session: string }>).filter(
			(one) => one.gone,
		);
		expect(gone.map(({ session }) => session)).toEqual(['11111111-2222-4333-8444-000000000001']);
	});
});
