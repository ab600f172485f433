import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSessionId, type SessionId } from '../../../../src/core/ids.ts';
import { shortIds } from '../../../../src/sessions/listing/short-ids.ts';

const ALPHABET = [...'0123456789ABCDEFGHJKMNPQRSTVWXYZ'];
const id = fc
	// Few letters, so that ends collide often.
	.tuple(fc.array(fc.constantFrom('A', 'B'), { minLength: 14, maxLength: 14 }), fc.constantFrom(...ALPHABET))
	.map(([letters, last]) => parseSessionId(`01JD0000000${letters.join('')}${last}`) as SessionId);

describe('short ids', () => {
	it('name exactly one session among all', () => {
		fc.assert(
			fc.property(fc.uniqueArray(id, { minLength: 1, maxLength: 30 }), fc.nat(29), (all, count) => {
				const shown = all.slice(0, count + 1);
				const shortOf = shortIds(shown, all);
				for (const one of shown) expect(all.filter((other) => other.endsWith(shortOf(one)))).toEqual([one]);
			}),
		);
	});

	it('are six characters if that is enough', () => {
		const all = ['01JD0000000000000000AAAAAA', '01JD0000000000000000BBBBBB'].map(
			(text) => parseSessionId(text) as SessionId,
		);
		expect(all.map(shortIds(all, all))).toEqual(['AAAAAA', 'BBBBBB']);
	});
});
