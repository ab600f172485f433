import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	fenceRecord,
	fenceUser,
	quoteRecord,
	RECORD_FENCE_BYTES,
	USER_FENCE_BYTES,
} from '../../../src/handoff/fence.ts';
import { byteLength } from '../../../src/handoff/pieces/budget.ts';

describe('a fence', () => {
	it('cannot be closed by what it holds', () => {
		const words = fc.array(
			fc.constantFrom('</record-', '<record-', '</user-', '00000000>', '\n', 'x', '>', '</RECORD-12345678>'),
		);
		fc.assert(
			fc.property(words, (parts) => {
				const fenced = fenceRecord(quoteRecord(parts.join('')));
				const mark = /^<(record-[0-9a-f]{8})>\n/.exec(fenced)?.[1];
				expect(fenced.split(`</${mark}>`)).toHaveLength(2);
				expect(fenced.match(/<\/?(?:record|user)-/gi)).toHaveLength(2);
				expect(
					fenced
						.split('\n')
						.slice(1, -2)
						.every((line) => line.startsWith('> ')),
				).toBe(true);
			}),
		);
	});

	it('costs what the budget counts for it', () => {
		expect(byteLength(fenceRecord('> a\n')) - byteLength('> a\n')).toBe(RECORD_FENCE_BYTES);
		expect(byteLength(fenceUser('a')) - byteLength('a')).toBe(USER_FENCE_BYTES);
	});

	it('keeps the user’s words byte for byte', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'binary' }), (words) => fenceUser(words).includes(`\n${words}\n`)),
		);
	});
});
