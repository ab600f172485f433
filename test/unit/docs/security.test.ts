import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../../..');
const text = readFileSync(join(ROOT, 'docs/security.md'), 'utf8');
const [, table = ''] = /^## Promises and their tests$(.*?)^## /ms.exec(text) ?? [];
const rows = table.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| promise '));
const NAMED = /`(test\/[^`]+\.test\.ts)`: "([^"]+)"/g;

/** The title as a string of the source, in whatever quotes. */
function hasTitle(path: string, title: string): boolean {
	const source = readFileSync(join(ROOT, path), 'utf8');
	return ["'", '"', '`'].some((quote) => source.includes(`${quote}${title}${quote}`));
}

describe('a promise of docs/security.md', () => {
	it.each(rows.map((row) => [row.split('|')[1]?.trim(), row] as const))(
		'has a test that is there: %s',
		(_, row) => {
			const named = [...row.matchAll(NAMED)];
			expect(named).not.toEqual([]);
			for (const [, path = '', title = ''] of named) {
				expect(existsSync(join(ROOT, path)), path).toBe(true);
				expect(hasTitle(path, title), `${path}: ${title}`).toBe(true);
			}
		},
	);

	it('is one of many, and what is not promised is said, too', () => {
		expect(rows.length).toBeGreaterThan(25);
		expect(text).toMatch(/^## What is not promised$/m);
	});
});
