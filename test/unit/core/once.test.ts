import { setImmediate as nextStep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { once, onceAStep } from '../../../src/core/once.ts';

/** A reader that counts: `a1`, then `a2`. */
function counting() {
	let looks = 0;
	return (key: string) => `${key}${++looks}`;
}

describe('a look that is shared within one step of the event loop', () => {
	it('is taken once for each key, however often it is asked for', async () => {
		const look = onceAStep(counting());
		expect([look('a'), look('b'), look('a')]).toEqual(['a1', 'b2', 'a1']);
		await Promise.resolve();
		expect(look('a')).toBe('a1');
	});

	it('is taken again in a later step', async () => {
		const look = onceAStep(counting());
		look('a');
		await nextStep();
		expect([look('a'), look('a')]).toEqual(['a2', 'a2']);
		await nextStep();
		expect(look('a')).toBe('a3');
	});

	it('keeps nothing of a look that threw', () => {
		let looks = 0;
		const look = onceAStep(() => {
			if (++looks === 1) throw new Error('gone');
			return looks;
		});
		expect(() => look('a')).toThrow('gone');
		expect([look('a'), look('a')]).toEqual([2, 2]);
	});

	it('keeps undefined too', () => {
		let looks = 0;
		const look = onceAStep(() => {
			looks++;
		});
		look('a');
		look('a');
		expect(looks).toBe(1);
	});
});

describe('a look that is taken once', () => {
	it('holds for each key in every later step', async () => {
		const look = once(counting());
		expect([look('a'), look('b')]).toEqual(['a1', 'b2']);
		await nextStep();
		expect(look('a')).toBe('a1');
	});
});
