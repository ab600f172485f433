import {
	chmodSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

interface CodeCache {
	openCodeCache(path: string | null): {
		read(name: string): Buffer | undefined;
		all(): Array<[string, Buffer]>;
	};
	writeCodeCache(path: string, codes: ReadonlyMap<string, Buffer>): void;
}

const { openCodeCache, writeCodeCache }: CodeCache = createRequire(import.meta.url)(
	resolve(import.meta.dirname, '../../bin/code-cache.js'),
);

const CODES = new Map([
	['main.cjs', Buffer.from([1, 2, 3, 4, 5])],
	['run-é.cjs', Buffer.from('compiled')],
	['empty.cjs', Buffer.alloc(0)],
]);

const readCodeCache = (path: string) => new Map(openCodeCache(path).all());

let folder: string;
let path: string;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'relay-code-'));
	path = join(folder, 'made/code');
	writeCodeCache(path, CODES);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the file of compiled code', () => {
	it('gives back what was written', () => {
		expect(readCodeCache(path)).toEqual(CODES);
	});

	it('is empty when there is none', () => {
		expect(readCodeCache(join(folder, 'none'))).toEqual(new Map());
	});

	it('counts for nothing when it is torn anywhere', () => {
		const whole = readFileSync(path);
		for (let length = 0; length < whole.length; length++) {
			writeFileSync(path, whole.subarray(0, length));
			expect(readCodeCache(path), `${length} of ${whole.length} bytes`).toEqual(new Map());
		}
	});

	it('never gives out a blob with a byte that was not written', () => {
		const whole = readFileSync(path);
		const blobs = new Set([...CODES.values()].map(String));
		const damage = fc.record({ at: fc.nat(whole.length - 1), to: fc.integer({ min: 0, max: 255 }) });
		fc.assert(
			fc.property(damage, ({ at, to }) => {
				const damaged = Buffer.from(whole);
				damaged[at] = to;
				writeFileSync(path, damaged);
				const given = [...readCodeCache(path)];
				return given.every(([name, code]) => blobs.has(String(code)) || !CODES.has(name));
			}),
			{ seed: 42 },
		);
	});

	it('counts for nothing when others may write it', () => {
		chmodSync(path, 0o620);
		expect(readCodeCache(path)).toEqual(new Map());
	});

	it('leaves no draft behind, and a few files of other builds', () => {
		for (let build = 0; build < 9; build++) {
			const other = join(folder, 'made', `build-${build}`);
			writeCodeCache(other, CODES);
			utimesSync(other, 1_000_000 + build, 1_000_000 + build);
		}
		writeCodeCache(path, CODES);
		expect(readdirSync(join(folder, 'made')).sort()).toEqual(['build-6', 'build-7', 'build-8', 'code']);
	});

	it('is not written where something is in the way', () => {
		expect(() => writeCodeCache(join(path, 'below-a-file'), CODES)).not.toThrow();
		expect(readCodeCache(path)).toEqual(CODES);
	});
});
