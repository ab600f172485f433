import {
	existsSync,
	lstatSync,
	mkdtempSync,
	readdirSync,
	readlinkSync,
	rmSync,
	symlinkSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LockHolder, type Locking, withFileLock } from '../../src/core/files/file-lock.ts';

let folder: string;
let path: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'relay-lock-'));
	path = join(folder, 'x.lock');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const self: LockHolder = { pid: 10, start: 's', place: 'here' };
const locking = (changes: Partial<Locking> = {}): Locking => ({
	self,
	isAlive: () => true,
	now: Date.now,
	timeoutMs: 40,
	...changes,
});
const held = (by: unknown, at = path) => writeFileSync(at, typeof by === 'string' ? by : JSON.stringify(by));
const age = (seconds: number, at = path) => {
	const then = Date.now() / 1000 - seconds;
	utimesSync(at, then, then);
};

describe('withFileLock', () => {
	it('gives back the result and lets go, after an error too', () => {
		expect(withFileLock(path, locking(), () => lstatSync(path).isSymbolicLink())).toBe(true);
		expect(() =>
			withFileLock(path, locking(), () => {
				throw new Error('mine');
			}),
		).toThrow('mine');
		expect(readdirSync(folder)).toEqual([]);
	});

	it('names the living holder when it does not let go in time', () => {
		held({ ...self, pid: 77 });
		expect(() => withFileLock(path, locking(), () => 1)).toThrow(
			expect.objectContaining({ code: 'not_writable', message: expect.stringContaining('process 77') }),
		);
		expect(existsSync(path)).toBe(true);
	});

	it('takes a lock that cannot be judged and is of a time to come for one of now', () => {
		held({ ...self, place: 'elsewhere' });
		utimesSync(path, new Date('2999-01-01'), new Date('2999-01-01'));
		expect(() => withFileLock(path, locking(), () => 1)).toThrow('is held by');
		expect(withFileLock(path, locking({ now: () => Date.now() + 11_000 }), () => 1)).toBe(1);
	});

	it('takes over from a holder that is gone, and asks about exactly that one', () => {
		held({ pid: 77, start: 'old', place: 'here' });
		const asked: LockHolder[] = [];
		const isAlive = (holder: LockHolder) => {
			asked.push(holder);
			return false;
		};
		expect(withFileLock(path, locking({ isAlive }), () => 1)).toBe(1);
		expect(asked[0]).toEqual({ pid: 77, start: 'old', place: 'here' });
		expect(readdirSync(folder)).toEqual([]);
	});

	it('is never there without its holder: it is made in one step with the name of that', () => {
		withFileLock(path, locking(), () => {
			expect(lstatSync(path).isSymbolicLink()).toBe(true);
			expect(JSON.parse(readlinkSync(path))).toEqual(self);
			expect(readdirSync(folder)).toEqual(['x.lock']);
			const other = { ...self, pid: 11 };
			expect(() => withFileLock(path, locking({ self: other }), () => 1)).toThrow('process 10');
		});
	});

	it('takes over from one that was killed while it held or took over, at once', () => {
		for (const left of [[path], [path, `${path}.takeover`], [`${path}.takeover`]]) {
			for (const at of left) symlinkSync(JSON.stringify({ ...self, pid: 77 }), at);
			const isAlive = ({ pid }: LockHolder) => pid !== 77;
			expect(withFileLock(path, locking({ isAlive, timeoutMs: 12 }), () => 1)).toBe(1);
			rmSync(`${path}.takeover`, { force: true });
			expect(readdirSync(folder)).toEqual([]);
		}
	});

	it.each([
		['of another machine', { pid: 77, start: 's', place: 'there' }, [5, 11]],
		// Written in one step with its making, unless the disk has no links.
		['that was torn', '{"pid":7', [0.5, 3]],
		['that is empty', '', [0.5, 3]],
	] as const)('judges a lock %s by its age alone', (_, content, [young, old]) => {
		const isAlive = () => {
			throw new Error('it cannot be asked');
		};
		held(content);
		age(young);
		expect(() => withFileLock(path, locking({ isAlive }), () => 1)).toThrow('is held by');
		age(old);
		expect(withFileLock(path, locking({ isAlive }), () => 1)).toBe(1);
	});

	it('gets past a take-over that died half way', () => {
		const dead = { pid: 77, start: 's', place: 'here' };
		held(dead);
		held(dead, `${path}.takeover`);
		expect(withFileLock(path, locking({ isAlive: ({ pid }) => pid !== 77 }), () => 1)).toBe(1);
		expect(readdirSync(folder)).toEqual([]);
	});
});
