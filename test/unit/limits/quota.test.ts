import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockingOf } from '../../../src/core/files/file-lock.ts';
import { createProcessTable } from '../../../src/core/processes/create-process-table.ts';
import { createQuota } from '../../../src/limits/quota.ts';
import { shortWindow } from '../../../src/limits/window-name.ts';

const NOON = Date.parse('2025-12-01T12:00:00Z');
let folder: string;
let now: number;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'quota-'));
	now = NOON;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = () => join(folder, 'quota.json');
const open = (path = file()) =>
	createQuota({
		file: path,
		clock: { now: () => now },
		locking: lockingOf(createProcessTable(), { now: Date.now }),
	});
const claude = { agent: 'claude', account: 'me' };
const fiveHour = (ratio: number, resetAt: number | null = NOON + 7_200_000) => ({
	window: 'five_hour',
	ratio,
	resetAt,
});

describe('what is known of plans', () => {
	it('is seen by every relay, with when it was reported', () => {
		const [one, other] = [open(), open()];
		one.record(claude, [fiveHour(0.4), { window: 'seven_day', ratio: 0.1, resetAt: null }]);
		now += 600_000;
		other.record({ agent: 'codex', account: 'me' }, [fiveHour(0.2)]);
		expect(one.windows()).toEqual([
			{ ...claude, ...fiveHour(0.4), seenAt: NOON },
			{ ...claude, window: 'seven_day', ratio: 0.1, resetAt: null, seenAt: NOON },
			{ agent: 'codex', account: 'me', ...fiveHour(0.2), seenAt: NOON + 600_000 },
		]);
		other.record(claude, [fiveHour(0.5)]);
		expect(one.windows()[0]?.ratio).toBe(0.5);
	});

	it('forgets a window that was reset, and one without a reset after eight days', () => {
		open().record(claude, [fiveHour(0.4), { window: 'seven_day', ratio: 0.1, resetAt: null }]);
		now = NOON + 7_200_000;
		expect(
			open()
				.windows()
				.map(({ window }) => window),
		).toEqual(['seven_day']);
		now = NOON + 8 * 86_400_000;
		expect(open().windows()).toEqual([]);
	});

	it('tolerates a file that is torn or something else, and replaces it at the next report', () => {
		for (const text of [
			'',
			'{"schema_version":1,"win',
			'[]',
			'\0'.repeat(100),
			'{"schema_version":1,"windows":[{}, 3]}',
		]) {
			writeFileSync(file(), text);
			expect(open().windows()).toEqual([]);
			open().record(claude, [fiveHour(0.4)]);
			expect(open().windows()).toHaveLength(1);
		}
	});

	it('keeps what it does not know, and leaves the file of a newer version alone', () => {
		writeFileSync(file(), JSON.stringify({ schema_version: 1, windows: [], note: 'kept' }));
		open().record(claude, [fiveHour(0.4)]);
		expect(JSON.parse(readFileSync(file(), 'utf8'))).toMatchObject({
			note: 'kept',
			windows: [{ ratio: 0.4 }],
		});
		const newer = JSON.stringify({ schema_version: 2, windows: [] });
		writeFileSync(file(), newer);
		const quota = open();
		quota.record(claude, [fiveHour(0.6)]);
		expect(readFileSync(file(), 'utf8')).toBe(newer);
		expect(quota.windows()).toHaveLength(1);
	});

	it('is known to this relay where it cannot be written', () => {
		writeFileSync(join(folder, 'no-folder'), '');
		const quota = open(join(folder, 'no-folder/quota.json'));
		quota.record(claude, [fiveHour(0.4)]);
		expect(quota.windows()).toHaveLength(1);
	});

	it('is not written again for the same report within a minute', () => {
		const quota = open();
		quota.record(claude, [fiveHour(0.4)]);
		const { ino } = statSync(file());
		quota.record(claude, [fiveHour(0.4)]);
		expect(statSync(file()).ino).toBe(ino);
		now += 60_000;
		quota.record(claude, [fiveHour(0.4)]);
		expect(open().windows()[0]?.seenAt).toBe(now);
	});
});

it('has a short name for each window', () => {
	expect(['five_hour', 'seven_day', 'seven_day_opus', 'primary', 'constructor'].map(shortWindow)).toEqual([
		'5h',
		'week',
		'week opus',
		'primary',
		'constructor',
	]);
});
