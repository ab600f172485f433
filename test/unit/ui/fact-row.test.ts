import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Fact, type FactRow, layoutFactRow } from '../../../src/ui/fact-row.ts';
import { columnsOf } from '../../../src/ui/text-width.ts';
import { createTheme } from '../../../src/ui/theme.ts';

const theme = createTheme(false);
const row = (columns: number, verb: string, target: FactRow['target'], facts: readonly Fact[] = []) =>
	layoutFactRow({ mark: '✗', verb, target, facts }, columns, theme);

const OUTCOME: readonly Fact[] = [
	{ text: 'exit 1', rank: 0, isNeeded: true },
	{ text: '1.3 s', rank: 9 },
	{ text: '11 of 60 lines', rank: 5 },
	{ text: '/output 4', rank: 1, isNeeded: true, joint: ', ' },
];

describe('a row of facts', () => {
	it('leaves out whole facts, the last first, until the rest fits', () => {
		const test = { text: 'npm test', shape: 'text' } as const;
		expect(row(80, 'run', test, OUTCOME)).toBe('✗ run npm test · exit 1 · 1.3 s · 11 of 60 lines, /output 4');
		expect(row(56, 'run', test, OUTCOME)).toBe('✗ run npm test · exit 1 · 11 of 60 lines, /output 4');
		expect(row(40, 'run', test, OUTCOME)).toBe('✗ run npm test · exit 1 · /output 4');
	});

	it('cuts a path in its middle and a command at its end, and then gives up facts that are needed', () => {
		const path = { text: 'packages/shop/src/helpers/slug.js', shape: 'path' } as const;
		const counts = [{ text: '+4 -3', rank: 0, isNeeded: true, joint: ' ' as const }];
		expect(row(40, 'edit', path, counts)).toBe('✗ edit packages/…/helpers/slug.js +4 -3');
		expect(row(24, 'edit', path, counts)).toBe('✗ edit …/slug.js +4 -3');
		expect(row(12, 'edit', path, counts)).toBe('✗ edit slug…');
		const command = { text: 'node scripts/step.js 12000 --all', shape: 'text' } as const;
		expect(row(40, 'run', command, OUTCOME)).toBe('✗ run node scripts… · exit 1 · /output 4');
		expect(row(20, 'run', command, OUTCOME)).toBe('✗ run node scripts/…');
	});

	it('counts the names that have no room', () => {
		const target = { text: 'src/a.js', shape: 'path', others: ['src/b.js', 'src/c.js'], more: 4 } as const;
		expect(row(80, 'read', target)).toBe('✗ read src/a.js, src/b.js, src/c.js, 4 more');
		expect(row(36, 'read', target)).toBe('✗ read src/a.js, src/b.js, 5 more');
		expect(row(20, 'read', target)).toBe('✗ read a.js, 6 more');
	});

	it('is never wider than its room', () => {
		const text = fc.string({ unit: fc.constantFrom('a', '/', '日', '-', '😀', ' '), maxLength: 60 });
		const shape = fc.constantFrom('path' as const, 'text' as const);
		fc.assert(
			fc.property(
				text,
				shape,
				fc.array(text, { maxLength: 4 }),
				fc.integer({ min: 12, max: 90 }),
				(...args) => {
					const [name, kind, others, columns] = args;
					expect(
						columnsOf(row(columns, 'read', { text: name, shape: kind, others }, OUTCOME)),
					).toBeLessThanOrEqual(columns);
				},
			),
		);
	});
});
