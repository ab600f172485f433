import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTreeDiff } from '../../../../src/git/snapshots/tree-diff.ts';

const ZERO = '0'.repeat(40);
const X = 'a'.repeat(40);
const Y = 'b'.repeat(40);
const bytes = (...fields: string[]) => Buffer.from(`${fields.join('\0')}\0`);

describe('the difference of two trees', () => {
	it('is read with old path, mode changes, links that became files, and binary counts', () => {
		const output = bytes(
			`:000000 100644 ${ZERO} ${X} A`,
			'new',
			`:100644 100755 ${X} ${X} M`,
			'mode',
			`:100644 100644 ${X} ${Y} R087`,
			'old',
			'renamed',
			`:120000 100644 ${X} ${Y} T`,
			'link',
			'3\t0\tnew',
			'0\t0\tmode',
			'1\t2\t',
			'old',
			'renamed',
			'-\t-\tlink',
		);
		expect(parseTreeDiff(output)).toMatchObject([
			{ path: 'new', change: 'added', added: 3, removed: 0, oldId: ZERO, newId: X },
			{ path: 'mode', change: 'mode', added: 0, removed: 0 },
			{ path: 'renamed', from: 'old', change: 'renamed', added: 1, removed: 2 },
			{ path: 'link', change: 'modified', added: null, removed: null },
		]);
	});

	it('keeps any file name, also one that looks like a record', () => {
		const name = fc
			.oneof(
				fc.string({ minLength: 1 }),
				fc.constantFrom('1\t2\tx', `:100644 100644 ${X} ${Y} M`, '-\t-\t', '\n'),
			)
			.map((text) => text.replaceAll('\0', '').replace(/[\ud800-\udfff]/g, ''))
			.filter((text) => text !== '');
		fc.assert(
			fc.property(fc.uniqueArray(name, { maxLength: 5 }), (names) => {
				const raw = names.flatMap((path) => [`:100644 100644 ${X} ${Y} M`, path]);
				const counts = names.map((path, i) => `${i}\t1\t${path}`);
				const changes = parseTreeDiff(bytes(...raw, ...counts));
				expect(changes.map(({ path, added }) => [path, added])).toEqual(names.map((path, i) => [path, i]));
			}),
		);
	});

	it('of equal trees is nothing', () => {
		expect(parseTreeDiff(Buffer.alloc(0))).toEqual([]);
	});
});
