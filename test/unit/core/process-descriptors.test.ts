import { describe, expect, it } from 'vitest';
import { CappedBytes } from '../../../src/core/processes/capped-bytes.ts';
import { coverDescriptors } from '../../../src/core/processes/inherited-descriptors.ts';

describe('coverDescriptors', () => {
	it('puts the cover at exactly the given numbers and leaves the others alone', () => {
		expect(coverDescriptors(['ignore', 'pipe', 2], [6, 4], 99)).toEqual([
			'ignore',
			'pipe',
			2,
			'ignore',
			99,
			'ignore',
			99,
		]);
	});

	it('leaves alone what the child is given in its place', () => {
		expect(coverDescriptors(['ignore', 'pipe', 'pipe', 7], [3], 99)).toEqual(['ignore', 'pipe', 'pipe', 7]);
	});
});

describe('CappedBytes', () => {
	it('keeps the first bytes and says when there were more', () => {
		const kept = new CappedBytes(5);
		kept.push(Buffer.from('abc'));
		kept.push(Buffer.from('de'));
		expect([kept.bytes().toString(), kept.isTruncated]).toEqual(['abcde', false]);
		kept.push(Buffer.from('f'));
		expect([kept.bytes().toString(), kept.isTruncated]).toEqual(['abcde', true]);
	});
});
