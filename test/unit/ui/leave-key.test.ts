import { describe, expect, it } from 'vitest';
import { CONTROL_KEY } from '../../../src/config/schema.ts';
import { LeaveKey } from '../../../src/ui/leave-key.ts';

const feed = (key: LeaveKey, text: string) => {
	const { before, isPressed } = key.feed(Buffer.from(text));
	return [before.toString(), isPressed];
};

describe('the key that comes back', () => {
	it.each(['\x1c', '\x1b[92;5u', '\x1b[92;5:1u', '\x1b[27;5;92~'])('is known as %j', (typed) => {
		expect(feed(new LeaveKey('ctrl-\\'), `ab${typed}cd`)).toEqual(['ab', true]);
	});

	it('is nothing else, and everything else passes', () => {
		const key = new LeaveKey('ctrl-\\');
		for (const typed of ['a', '\x1b', '\x1b[A', '\x1b[92;5:3u', '\\', '\x1a', 'ü'])
			expect(feed(key, typed)).toEqual([typed, false]);
	});

	it('is not found in a paste, wherever that is cut', () => {
		const key = new LeaveKey('ctrl-\\');
		expect(feed(key, '\x1b[200~a\x1cb')).toEqual(['\x1b[200~a\x1cb', false]);
		expect(feed(key, '\x1c\x1b[20')).toEqual(['\x1c\x1b[20', false]);
		expect(feed(key, '1~x')).toEqual(['1~x', false]);
		expect(feed(key, 'y\x1c')).toEqual(['y', true]);
	});

	it('is found where its bytes are cut', () => {
		const key = new LeaveKey('ctrl-\\');
		expect(feed(key, '\x1b[92')).toEqual(['\x1b[92', false]);
		expect(feed(key, ';5ux')).toEqual(['', true]);
	});

	it('can be another one', () => {
		expect(feed(new LeaveKey('ctrl-]'), '\x1c\x1d')).toEqual(['\x1c', true]);
		expect(feed(new LeaveKey('Ctrl-G'), '\x07')).toEqual(['', true]);
		expect(
			['ctrl-c', 'ctrl-m', 'ctrl-z', 'ctrl-[', 'alt-x', 'ctrl-1', ''].filter((key) => CONTROL_KEY.test(key)),
		).toEqual([]);
	});
});
