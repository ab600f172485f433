import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchedAt, rankNames, toNames } from '../../../../src/shell/menu/name-ranks.ts';

const best = (names: readonly string[], typed: string) =>
	rankNames(toNames(names), typed).map(({ at }) => names[at]);

describe('the rank of names', () => {
	it('prefers the beginning of the last part, then of the path, then of a word, then any place, then letters', () => {
		const names = ['a/b/xslug', 'src/s.l.u.g', 'my-slug', 'slug/deep/file', 'x/slug.js', 'other'];
		expect(best(names, 'slug')).toEqual([
			'x/slug.js',
			'slug/deep/file',
			'my-slug',
			'a/b/xslug',
			'src/s.l.u.g',
		]);
	});

	it('prefers the short one of two that fit equally', () => {
		expect(best(['test/slug.test.js', 'docs/slugs.md', 'src/slug.js'], 'SL')).toEqual([
			'src/slug.js',
			'docs/slugs.md',
			'test/slug.test.js',
		]);
	});

	it('begins with what lies at the top', () => {
		expect(best(['a/', 'a/b/', 'a/b/c', 'a/d', 'e'], '')).toEqual(['a/', 'e', 'a/b/', 'a/d', 'a/b/c']);
	});

	it('finds a path by its beginning, and what is in a folder', () => {
		expect(best(['src/', 'src/ui/', 'src/ui/a.ts', 'lib/src/x'], 'src/ui/')).toEqual([
			'src/ui/',
			'src/ui/a.ts',
		]);
	});

	it('is that of a name that holds the letters in their order, and says which', () => {
		const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '/', 'A'), maxLength: 8 });
		fc.assert(
			fc.property(fc.array(text, { maxLength: 20 }), text, (names, typed) => {
				const ranked = best(names, typed);
				expect(new Set(ranked).size).toBe(new Set(names.filter((name) => fits(name, typed))).size);
				for (const name of ranked) {
					const found = [...matchedAt(name ?? '', typed)].sort((a, b) => a - b);
					expect(found.map((at) => name?.[at]?.toLowerCase()).join('')).toBe(typed.toLowerCase());
				}
			}),
		);
	});
});

function fits(name: string, typed: string): boolean {
	const left = [...typed.toLowerCase()];
	for (const letter of name.toLowerCase()) if (letter === left[0]) left.shift();
	return left.length === 0;
}
