import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createRealPath } from '../../../../src/core/files/real-path.ts';

let root: string;

beforeEach(() => {
	root = realpathSync(mkdtempSync(join(tmpdir(), 'relay-real-')));
	for (const folder of ['a/b/c', 'd/e']) mkdirSync(join(root, folder), { recursive: true });
	for (const file of ['a/file', 'd/e/file']) writeFileSync(join(root, file), '');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const NAMES = ['a', 'b', 'c', 'd', 'e', 'file', 'l0', 'l1', 'l2', '..', '.', 'missing', ''];
const way = fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 5 });
const links = fc.array(
	fc.record({ at: fc.constantFrom('', 'a', 'a/b', 'd/e'), isAbsolute: fc.boolean(), target: way }),
	{ maxLength: 3 },
);

it('resolves what the system resolves, to what it resolves it to', () => {
	fc.assert(
		fc.property(links, way, (planted, asked) => {
			const made = planted.map(({ at, isAbsolute, target }, index) => {
				const link = join(root, at, `l${index}`);
				const to = target.join('/') || '.';
				symlinkSync(isAbsolute ? `${root}/${to}` : to, link);
				return link;
			});
			try {
				const path = join(root, ...asked);
				if (path !== root && !path.startsWith(`${root}/`)) return;
				expect(createRealPath()(path)).toBe(bySystem(path));
				for (const link of made) {
					expect(createRealPath()(link)).toBe(bySystem(link));
					expect(createRealPath()(join(dirname(link), 'file'))).toBe(bySystem(join(dirname(link), 'file')));
				}
			} finally {
				for (const link of made) rmSync(link);
			}
		}),
		{ numRuns: 300 },
	);
});

it('gives a path back that leads in a circle', () => {
	symlinkSync('two', join(root, 'one'));
	symlinkSync('one', join(root, 'two'));
	expect(createRealPath()(join(root, 'one'))).toBe(join(root, 'one'));
});

it('follows many links in a row', () => {
	symlinkSync('a/b', join(root, 'l0'));
	for (let i = 1; i < 30; i++) symlinkSync(`l${i - 1}`, join(root, `l${i}`));
	expect(createRealPath()(join(root, 'l29/c'))).toBe(join(root, 'a/b/c'));
});

function bySystem(path: string): string {
	try {
		return realpathSync.native(path);
	} catch {
		return path;
	}
}
