import {
	chmodSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Limit } from '../../../src/agents/events.ts';
import { lockingOf } from '../../../src/core/files/file-lock.ts';
import { createProcessTable } from '../../../src/core/processes/create-process-table.ts';
import { createLedger } from '../../../src/limits/ledger.ts';

const MINUTE = 60_000;
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

describe('what waits for a person', () => {
	const broke = { agent: 'claude', account: 'a1', model: null };

	it('is over when the login or the configuration changes, at the latest after a day', () => {
		const ledger = openLedger();
		ledger.record({ ...broke, mark: () => 'm1', limit: limit('billing') });
		expect(openLedger().isLimited({ ...broke, mark: () => 'm1' })).toMatchObject({
			until: START + 24 * 60 * MINUTE,
		});
		expect(openLedger().isLimited(broke)).not.toBeNull();
		expect(openLedger().isLimited({ ...broke, mark: () => 'm2' })).toBeNull();
		now += 24 * 60 * MINUTE;
		expect(openLedger().isLimited({ ...broke, mark: () => 'm1' })).toBeNull();
	});

	it('is nothing else: a window stays, whatever changes', () => {
		openLedger().record({ ...broke, mark: () => 'm1', limit: limit('window') });
		expect(openLedger().isLimited({ ...broke, mark: () => 'm2' })).not.toBeNull();
	});
});

describe('a refused login', () => {
	const login = { agent: 'claude', account: 'a1', mark: () => 'm1' };
	const refuse = (until = START + 60 * MINUTE) =>
		openLedger().refuseLogin({ ...login, reason: 'Invalid API key', until });

	it('is remembered by every relay until the login is another one', () => {
		refuse();
		expect(openLedger().refusedLogin(login)).toMatchObject({ reason: 'Invalid API key', recordedAt: START });
		expect(openLedger().refusedLogins()).toHaveLength(1);
		expect(openLedger().entries()).toEqual([]);
		expect(openLedger().refusedLogin({ ...login, mark: () => 'm2' })).toBeNull();
		expect(openLedger().refusedLogin({ ...login, account: 'a2' })).toBeNull();
		expect(openLedger().refusedLogin({ ...login, agent: 'codex' })).toBeNull();
	});

	it('is over at its time, after a success, and when it is forgotten', () => {
		refuse();
		now += 60 * MINUTE;
		expect(openLedger().refusedLogin(login)).toBeNull();
		refuse(now + MINUTE);
		openLedger().succeeded({ ...login, model: null });
		expect(openLedger().refusedLogin(login)).toBeNull();
		refuse(now + MINUTE);
		openLedger().clear('codex');
		expect(openLedger().refusedLogin(login)).not.toBeNull();
		openLedger().clear();
		expect(openLedger().refusedLogin(login)).toBeNull();
	});

	it('is kept next to limits that are written later', () => {
		refuse();
		openLedger().record({ agent: 'codex', account: 'a', model: null, limit: limit('window') });
		expect(openLedger().refusedLogin(login)).not.toBeNull();
		expect(openLedger().entries()).toHaveLength(1);
	});
});

describe('the ledger', () => {
	it('remembers a limit until its reset, for another relay too, in a private file', () => {
		const reset = START + 90 * MINUTE;
		openLedger().record({ ...claude, limit: limit('window', { resetAt: reset, window: 'five_hour' }) });
		const other = openLedger();
		expect(other.isLimited(claude)).toMatchObject({
			until: reset,
			isEstimated: false,
			model: '*',
			strikes: 1,
		});
		now = reset;
		expect(other.isLimited(claude)).toBeNull();
		expect(statSync(file).mode & 0o777).toBe(0o600);
		expect(statSync(join(folder, 'state')).mode & 0o777).toBe(0o700);
		expect(readdirSync(join(folder, 'state'))).toEqual(['limits.json']);
	});

	it('keeps agents, accounts and models separate', () => {
		const ledger = openLedger();
		ledger.record({ ...claude, limit: limit('quota') });
		expect(ledger.isLimited({ ...claude, account: 'a2' })).toBeNull();
		expect(ledger.isLimited({ ...claude, agent: 'codex' })).toBeNull();
		expect(ledger.isLimited({ ...claude, model: 'opus' })).not.toBeNull();
	});

	it('leaves other models eligible when the limit is of one model', () => {
		const ledger = openLedger();
		ledger.record({ ...claude, model: 'opus', limit: limit('window', { scope: 'model' }) });
		ledger.record({ ...claude, agent: 'gemini', limit: limit('window', { scope: 'model' }) });
		expect(ledger.isLimited({ ...claude, model: 'opus' })).not.toBeNull();
		expect(ledger.isLimited({ ...claude, model: 'sonnet' })).toBeNull();
		expect(ledger.isLimited(claude)).toBeNull();
		expect(ledger.isLimited({ ...claude, agent: 'gemini' })).not.toBeNull();
		expect(ledger.isLimited({ ...claude, agent: 'gemini', model: 'flash' })).toBeNull();
	});

	it('doubles an estimate with each time the limit comes back, and starts again after a success', () => {
		const ledger = openLedger();
		const meet = () => {
			const { until } = ledger.record({ ...claude, limit: limit('window') });
			const minutes = (until - now) / MINUTE;
			now = until;
			return minutes;
		};
		expect([meet(), meet(), meet()]).toEqual([5, 10, 20]);
		ledger.succeeded(claude);
		expect(ledger.entries()).toEqual([]);
		expect(meet()).toBe(5);
	});

	it('does not double for a second relay that meets the same limit, nor across kinds of back-off', () => {
		const ledger = openLedger();
		ledger.record({ ...claude, limit: limit('rate') });
		now += 1000;
		expect(openLedger().record({ ...claude, limit: limit('overloaded') })).toMatchObject({
			strikes: 1,
			until: now + MINUTE,
		});
		now += 2 * MINUTE;
		expect(ledger.record({ ...claude, limit: limit('window') })).toMatchObject({
			strikes: 1,
			until: now + 5 * MINUTE,
		});
	});

	it('does not let a 429 shorten a reported reset, but lets a newly reported one replace it', () => {
		const ledger = openLedger();
		const reset = START + 180 * MINUTE;
		ledger.record({ ...claude, limit: limit('window', { resetAt: reset }) });
		ledger.record({ ...claude, limit: limit('rate') });
		expect(ledger.isLimited(claude)?.until).toBe(reset);
		ledger.record({ ...claude, limit: limit('window', { resetAt: reset - MINUTE }) });
		expect(ledger.isLimited(claude)?.until).toBe(reset - MINUTE);
	});

	it('counts a reset in the past as a minute from now', () => {
		expect(openLedger().record({ ...claude, limit: limit('window', { resetAt: START - 1 }) })).toMatchObject({
			until: START + MINUTE,
			isEstimated: true,
		});
	});

	it('forgets an ended limit after a day', () => {
		const ledger = openLedger();
		ledger.record({ ...claude, limit: limit('window') });
		now += 25 * 60 * MINUTE;
		ledger.record({ ...claude, agent: 'codex', limit: limit('rate') });
		expect(ledger.entries().map(({ agent }) => agent)).toEqual(['codex']);
	});

	it('clears with a success what was met before that turn began, not what another relay met since', () => {
		const ledger = openLedger();
		ledger.record({ ...claude, limit: limit('window') });
		ledger.succeeded({ ...claude, startedAt: START - 1 });
		expect(ledger.isLimited(claude)).not.toBeNull();
		ledger.succeeded({ ...claude, startedAt: START + 1 });
		expect(ledger.isLimited(claude)).toBeNull();
	});

	it('writes nothing for a success without an entry', () => {
		openLedger().succeeded(claude);
		expect(existsSync(file)).toBe(false);
	});

	it('clears one agent or all, and returns what it forgot', () => {
		const ledger = openLedger();
		for (const agent of ['codex', 'claude', 'gemini'])
			ledger.record({ ...claude, agent, limit: limit('rate') });
		expect(ledger.clear('codex').map(({ agent }) => agent)).toEqual(['codex']);
		expect(ledger.clear().map(({ agent }) => agent)).toEqual(['claude', 'gemini']);
		expect(ledger.entries()).toEqual([]);
	});

	it.each(['', '{"schema_version":1,"entr', '[]', '{"schema_version":1,"entries":[{"agent":3}]}'])(
		'sets a damaged file (%j) aside with one notice and continues empty',
		(content) => {
			mkdirSync(join(folder, 'state'));
			writeFileSync(file, content);
			const ledger = openLedger();
			expect(ledger.isLimited(claude)).toBeNull();
			ledger.record({ ...claude, limit: limit('rate') });
			const aside = readdirSync(join(folder, 'state')).filter((name) =>
				name.startsWith('limits.json.damaged-'),
			);
			expect(aside).toHaveLength(1);
			expect(readFileSync(join(folder, 'state', aside[0] ?? ''), 'utf8')).toBe(content);
			expect(notices).toEqual([expect.stringContaining('set aside')]);
			expect(openLedger().isLimited(claude)).not.toBeNull();
		},
	);

	it('keeps keys it does not know when it rewrites', () => {
		const ledger = openLedger();
		ledger.record({ ...claude, limit: limit('window') });
		const content = onDisk();
		content.later = true;
		content.entries[0].colour = 'red';
		writeFileSync(file, JSON.stringify(content));
		ledger.record({ ...claude, agent: 'codex', limit: limit('rate') });
		expect(onDisk()).toMatchObject({
			later: true,
			entries: [{ agent: 'claude', colour: 'red' }, { agent: 'codex' }],
		});
	});

	it('reads a newer version, never writes it, and remembers until the end of the process', () => {
		openLedger().record({ ...claude, limit: limit('window') });
		const newer = JSON.stringify({ ...onDisk(), schema_version: 2 });
		writeFileSync(file, newer);
		const ledger = openLedger();
		expect(ledger.isLimited(claude)).not.toBeNull();
		ledger.record({ ...claude, agent: 'codex', limit: limit('window') });
		expect(ledger.isLimited({ ...claude, agent: 'codex' })).not.toBeNull();
		expect(readFileSync(file, 'utf8')).toBe(newer);
		expect(notices).toEqual([expect.stringContaining('newer version')]);
	});

	it('still works in memory, and says so once, where it cannot write', () => {
		writeFileSync(join(folder, 'state'), 'a file where the folder belongs');
		const ledger = openLedger();
		const met = ledger.record({ ...claude, limit: limit('window') });
		expect(met.until).toBe(START + 5 * MINUTE);
		ledger.record({ ...claude, agent: 'codex', limit: limit('window') });
		expect(ledger.isLimited(claude)).toEqual(met);
		expect(ledger.entries().map(({ agent }) => agent)).toEqual(['claude', 'codex']);
		expect(notices).toEqual([expect.stringContaining('only until this relay ends')]);

		rmSync(join(folder, 'state'));
		ledger.record({ ...claude, agent: 'gemini', limit: limit('window') });
		expect(onDisk().entries).toHaveLength(3);
	});
});
