import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { eitherSignal } from '../../../src/core/abort.ts';

describe('a signal made of two', () => {
	it('aborts with the first of them, and at once with one that has', () => {
		for (const first of [0, 1] as const) {
			const both = [new AbortController(), new AbortController()] as const;
			const either = eitherSignal(both[0].signal, both[1].signal);
			expect(either.aborted).toBe(false);
			both[first].abort();
			expect(either.aborted).toBe(true);
			expect(eitherSignal(both[0].signal, both[1].signal).aborted).toBe(true);
		}
	});

	it('leaves nothing on the signal of a long conversation', () => {
		const conversation = new AbortController();
		for (let prompt = 0; prompt < 50; prompt++)
			eitherSignal(new AbortController().signal, conversation.signal);
		expect(getEventListeners(conversation.signal, 'abort')).toEqual([]);
	});
});
