import { describe, expect, it } from 'vitest';
import { describeFiles, describeLines } from '../../../src/view/describe-files.ts';

const file = (added: number | null, removed: number | null, source: 'git' | 'tool' = 'git') => ({
	path: 'a',
	change: 'modified' as const,
	added,
	removed,
	source,
});

describe('the count of changed lines', () => {
	it('is the sum of what is known', () => {
		expect(describeFiles([file(3, 1), file(2, 0), file(null, null)])).toBe('3 files +5 -1');
		expect(describeFiles([file(0, 0)])).toBe('1 file +0 -0');
	});

	it('is not shown where none is known', () => {
		expect(describeFiles([])).toBe('');
		expect(describeFiles([file(null, null)])).toBe('1 file');
		expect(describeLines(file(null, null))).toBe('binary');
	});

	it('says where only tool calls name the files', () => {
		expect(describeFiles([file(null, null, 'tool'), file(null, null, 'tool')])).toBe(
			'2 files (from tool calls)',
		);
		expect(describeLines(file(null, null, 'tool'))).toBe('');
	});
});
