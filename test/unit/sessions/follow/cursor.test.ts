import { describe, expect, it } from 'vitest';
import { formatCursor, parseCursor } from '../../../../src/sessions/follow/cursor.ts';

const ID = '01K3ZZZZZZZZZZZZZZZZZZZZZZ';

describe('a cursor', () => {
	it('reads back as it was printed', () => {
		const cursor = parseCursor(`${ID}:2:17:9`);
		expect(cursor).toEqual({ session: ID, turn: 2, seq: 17, log: 9 });
		expect(cursor && formatCursor(cursor.session, cursor)).toBe(`${ID}:2:17:9`);
	});

	it('can be typed without its last part, and in lower case', () => {
		expect(parseCursor(`${ID.toLowerCase()}:2:17`)).toEqual({ session: ID, turn: 2, seq: 17, log: null });
	});

	it.each([
		'',
		ID,
		`${ID}:2`,
		`${ID}:2:`,
		`${ID}:-1:3`,
		`${ID}:2:3:4:5`,
		`${ID}:2:3 `,
		`${ID}:1e3:3`,
		`${ID}:9999999999999999:3`,
		'3ZZZZZ:2:17',
		'../../etc:2:17',
		`${ID}\n:2:17`,
	])('is not %j', (text) => expect(parseCursor(text)).toBeNull());
});
