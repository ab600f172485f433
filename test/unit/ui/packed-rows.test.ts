import { expect, it } from 'vitest';
import { packedRows } from '../../../src/ui/packed-rows.ts';

it('packs parts into rows that end between two of them', () => {
	expect(packedRows(['y once', 's in this session', 'n no'], 30)).toEqual([
		'  y once · s in this session',
		'  n no',
	]);
	expect(packedRows([], 30)).toEqual([]);
});

it('breaks only a part that alone is too long, and hangs the rest of it', () => {
	expect(packedRows(['n no', 'a rule that fills more than a row'], 20)).toEqual([
		'  n no',
		'  a rule that fills',
		'    more than a row',
	]);
});
