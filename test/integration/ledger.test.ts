import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Limit } from '../../src/agents/events.ts';
import { lockingOf } from '../../src/core/files/file-lock.ts';
import { createProcessTable } from '../../src/core/processes/create-process-table.ts';
import { createLedger } from '../../src/limits/ledger.ts';
import { type CompiledSources, compileSources } from '../helpers/compiled-sources.ts';

const START = Date.UTC(2026, 10, 21, 9);

let folder: string;
let file: string;
let now: number;
let notices: string[];

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'relay-ledger-'));
	file = join(folder, 'state', 'limits.json');
	now = START;
	notices = [];
});
afterEach(() => {
	if (existsSync(join(folder, 'state'))) chmodSync(join(folder, 'state'), 0o700);
	rmSync(folder, { recursive: true, force: true });
});

const clock = { now: () => now };

function openLedger(lock: { timeoutMs?: number } = {}) {
	return createLedger({
		file,
		clock,
		locking: { ...lockingOf(createProcessTable(), { now: Date.now }), ...lock },
		onNotice: (text) => notices.push(text),
	});
}

function limit(kind: Limit['kind'], changes: Partial<Limit> = {}): Limit {
	return {
		kind,
		resetAt: null,
		window: null,
		scope: null,
		source: { channel: 'event', rule: 'test:rule', excerpt: 'evidence' },
		confidence: 'estimated',
		...changes,
	};
}

const claude = { agent: 'claude', account: 'a1', model: null };
const onDisk = () => JSON.parse(readFileSync(file, 'utf8'));

describe('several relays at once', () => {
	let compiled: CompiledSources;
	beforeAll(() => {
		compiled = compileSources('limits/ledger.ts', 'core/processes/create-process-table.ts', 'core/clock.ts');
	});
	afterAll(() => compiled.remove());

	const OPEN = `
		import { createLedger } from 'src:limits/ledger.js';
		import { createProcessTable } from 'src:core/processes/create-process-table.js';
		import { lockingOf, withFileLock } from 'src:core/files/file-lock.js';
		import { systemClock } from 'src:core/clock.js';
		const [file, name] = process.argv.slice(1);
		const locking = lockingOf(createProcessTable(), systemClock);
		const ledger = createLedger({ file, clock: systemClock, locking, onNotice: (text) => { throw new Error(text); } });
		const limit = { kind: 'quota', resetAt: null, window: null, scope: null, confidence: 'exact',
			source: { channel: 'event', rule: 'r', excerpt: 'e' } };
	`;

	it('lose no entry to one another', async () => {
		const script = `${OPEN}
			for (let i = 0; i < 20; i++) ledger.record({ agent: name + '-' + i, account: 'a', model: null, limit });`;
		const runs = ['one', 'two', 'three', 'four'].map((name) => compiled.start(script, file, name));
		for (const { code, stderr } of await Promise.all(runs.map(({ ended }) => ended)))
			expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
		expect(onDisk().entries).toHaveLength(80);
		expect(readdirSync(join(folder, 'state'))).toEqual(['limits.json']);
	});

	it('take over from one that was killed while it held the lock, at once and without loss', async () => {
		const holder = compiled.start(
			`${OPEN}
			ledger.record({ agent: 'before', account: 'a', model: null, limit });
			withFileLock(file + '.lock', locking, () => {
				console.log('held');
				Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
			});`,
			file,
		);
		await holder.said('held');
		holder.kill('SIGKILL');
		await holder.ended;
		now = Date.now();
		openLedger({ timeoutMs: 1 }).record({ ...claude, limit: limit('rate') });
		expect(notices).toEqual([]);
		expect(onDisk().entries.map(({ agent }: { agent: string }) => agent)).toEqual(['before', 'claude']);
	});

	it('do not wait for ever for one that lives and does not let go', async () => {
		const holder = compiled.start(
			`${OPEN}
			withFileLock(file + '.lock', locking, () => {
				console.log('held');
				Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
			});`,
			file,
		);
		await holder.said('held');
		const ledger = openLedger({ timeoutMs: 100 });
		ledger.record({ ...claude, limit: limit('rate') });
		expect(ledger.isLimited(claude)).not.toBeNull();
		expect(notices).toEqual([expect.stringContaining(`held by process ${holder.pid}`)]);
		holder.kill('SIGKILL');
		await holder.ended;
	});
});
