import { describe, expect, it } from 'vitest';
import type { Snapshots } from '../../../src/git/contract.ts';
import { diffOf, transcriptOf } from '../../../src/relay/session-facts.ts';
import { fakeTurnState } from '../../helpers/fake-turn-state.ts';

const snapshots = {
	diff: async (before: string, after: string) => `${before}..${after}`,
} as unknown as Snapshots;
const turn = (number: number, before: string | null, after: string | null) =>
	fakeTurnState({ turn: number, tree: { before, after } });

describe('the diff of a session', () => {
	it('spans its turns, or one of them', async () => {
		const turns = [turn(1, 'a', 'b'), turn(2, 'c', 'd')];
		expect(await diffOf(turns, null, snapshots)).toBe('a..d');
		expect(await diffOf(turns, 2, snapshots)).toBe('c..d');
	});

	it('is empty before anything ran', async () => {
		expect(await diffOf([], null, snapshots)).toBe('');
	});

	it('of a turn that is not there is refused with those that are', async () => {
		await expect(diffOf([turn(1, 'a', 'b')], 9, snapshots)).rejects.toMatchObject({
			code: 'not_found',
			hint: 'Its turns are 1 to 1.',
		});
	});

	it('is refused where no snapshot was taken: that nothing changed is not known', async () => {
		await expect(diffOf([turn(1, null, null)], null, snapshots)).rejects.toMatchObject({ code: 'not_found' });
		await expect(diffOf([turn(1, 'a', 'b')], null, null)).rejects.toMatchObject({ code: 'not_found' });
	});
});

describe('the transcript of a turn', () => {
	const session = (turn_count: number) =>
		({ id: 'X', folder: '/nowhere', meta: { turn_count } }) as unknown as Parameters<typeof transcriptOf>[0];

	it('is empty before anything ran', () => {
		expect(transcriptOf(session(0), null)).toBe('');
	});

	it('of a turn that is not there is refused with those that are', () => {
		expect(() => transcriptOf(session(0), 3)).toThrow(/no turn 3/);
		expect(() => transcriptOf(session(2), 3)).toThrow(
			expect.objectContaining({ hint: 'Its turns are 1 to 2.' }),
		);
	});
});
