import { describe, expect, it } from 'vitest';
import { EventsInOrder } from '../../../../src/relay/events/events-in-order.ts';
import type { RelayEvent } from '../../../../src/relay/events/relay-events.ts';

const say = (text: string): RelayEvent => ({ type: 'notice', level: 'info', text });

function listen() {
	const heard: string[] = [];
	const events = new EventsInOrder((event) => {
		if (event.type === 'notice') heard.push(event.text);
	});
	return { heard, events };
}

describe('events, some of which are ready later', () => {
	it('go on at once as long as nothing is waited for', () => {
		const { heard, events } = listen();
		events.add(say('a'));
		events.add(say('b'));
		expect(heard).toEqual(['a', 'b']);
	});

	it('keep their order behind one that is not ready, and are at once again after it', async () => {
		const { heard, events } = listen();
		let ready = (_event: RelayEvent) => {};
		events.add(
			new Promise((resolve) => {
				ready = resolve;
			}),
		);
		events.add(say('b'));
		events.add(Promise.resolve(say('c')));
		expect(heard).toEqual([]);
		ready(say('a'));
		await events.settled();
		expect(heard).toEqual(['a', 'b', 'c']);
		events.add(say('d'));
		expect(heard.at(-1)).toBe('d');
	});

	it('hand what a listener throws to whoever waits for all of them', async () => {
		const events = new EventsInOrder(() => {
			throw new Error('no screen');
		});
		events.add(Promise.resolve(say('a')));
		events.add(say('b'));
		await expect(events.settled()).rejects.toThrow('no screen');
	});
});
