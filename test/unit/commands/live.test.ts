import { describe, expect, it } from 'vitest';
import { isAsked, type Shown, shownTurns } from '../../../src/commands/live.ts';
import type { RelayEvent } from '../../../src/relay/events/relay-events.ts';

describe('what turns take from the front end that shows them', () => {
	it.each([true, false])(
		'is its signal, whether it shows edits (%s), and its events after who listens',
		(showsEdits) => {
			const heard: string[] = [];
			const { signal } = new AbortController();
			const shown: Shown<RelayEvent> = {
				...{ signal, showsEdits, lines: () => undefined, status: () => undefined, stoppedBy: () => null },
				event: ({ type }) => heard.push(`shown ${type}`),
			};
			const turns = shownTurns(shown, ({ type }) => heard.push(`heard ${type}`));
			turns.onEvent({ type: 'notice', level: 'info', text: 'x' });
			expect(turns).toMatchObject({ signal, showsEdits });
			expect(heard).toEqual(['heard notice', 'shown notice']);
		},
	);

	it('are asked only where all that an answer needs is there', () => {
		const running = { stopHard: () => undefined, close: async () => undefined };
		expect(isAsked(running)).toBe(false);
		expect(isAsked({ ...running, answer: () => 'taken', setAllowed: () => true })).toBe(false);
	});
});
