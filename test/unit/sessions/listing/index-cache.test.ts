import { describe, expect, it } from 'vitest';
import {
	decodeIndex,
	encodeIndex,
	isSettled,
	type NewRow,
} from '../../../../src/sessions/listing/index-cache.ts';

const row = (at: number, over: Partial<NewRow> = {}): NewRow => ({
	id: `01JD${String(at).padStart(22, '0')}`,
	parent: null,
	file: {
		dev: 1,
		ino: 2 ** 40 + at,
		size: 900 + at,
		mtimeMs: 1_764_000_000_000.123 + at,
		ctimeMs: 1_764_000_000_000.456 + at,
	},
	lastUsedAt: 1_764_000_000_000 + at,
	turns: at,
	costUsd: at / 8,
	label: {
		status: 'completed',
		isEntrant: false,
		isArchived: false,
		tags: [],
		name: 'default',
		agents: ['claude'],
		behind: [],
		costSource: 'none',
		pricesAsOf: null,
	},
	words: `prompt ${at} – größer`,
	...over,
});

describe('a cached list', () => {
	it('gives back what it was given, by ascending id', () => {
		const rows = [
			row(2, {
				parent: row(1).id,
				label: {
					...row(2).label,
					agents: ['claude', 'codex'],
					costSource: 'estimated',
					pricesAsOf: '2025-11-30',
				},
			}),
			row(1),
		];
		const cache = decodeIndex(encodeIndex(rows));
		expect(cache?.ids).toEqual([row(1).id, row(2).id]);
		expect(cache?.words()).toEqual([row(1).words, row(2).words]);
		const [second] = rows;
		const { words: _, file, ...rest } = second ?? row(0);
		expect(cache?.row(1)).toEqual(rest);
		expect(cache?.file(1)).toEqual(file);
		expect(cache?.parent(0)).toBeNull();
		expect(cache?.parent(1)).toBe(row(1).id);
	});

	it('knows a file again by all of its facts', () => {
		const cache = decodeIndex(encodeIndex([row(1)]));
		const { file } = row(1);
		expect(cache?.isSame(0, file)).toBe(true);
		for (const fact of ['dev', 'ino', 'size', 'mtimeMs', 'ctimeMs'] as const)
			expect(cache?.isSame(0, { ...file, [fact]: file[fact] + 1 })).toBe(false);
		expect(cache?.isSame(0, { ...file, ctimeMs: file.ctimeMs + 0.001 })).toBe(false);
	});

	it('is none where it is torn anywhere, or one byte of it is another', () => {
		const whole = encodeIndex([row(1), row(2)]);
		for (let length = 0; length < whole.length; length++)
			expect(decodeIndex(whole.subarray(0, length))).toBeNull();
		for (let at = 24; at < whole.length; at++) {
			const damaged = Buffer.from(whole);
			damaged.writeUInt8(damaged.readUInt8(at) ^ 1, at);
			expect(decodeIndex(damaged)).toBeNull();
		}
	});

	it('is read wherever it lies in memory', () => {
		const around = Buffer.concat([Buffer.alloc(3), encodeIndex([row(1)])]);
		expect(decodeIndex(around.subarray(3))?.row(0).turns).toBe(1);
	});

	it('keeps no file that may still change within one tick of its clock', () => {
		const now = 1_764_000_010_000;
		const at = (mtimeMs: number, ctimeMs: number) => isSettled({ ...row(1).file, mtimeMs, ctimeMs }, now);
		expect(at(now - 10_000, now - 3_000)).toBe(true);
		expect(at(now - 10_000, now - 2_000)).toBe(false);
		expect(at(now - 10_000, now + 60_000)).toBe(false);
		expect(at(now + 60_000, now - 10_000)).toBe(false);
	});
});
