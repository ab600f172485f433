import { describe, expect, it } from 'vitest';
import type { Snapshots } from '../../../src/git/repo-facts.ts';
import { type Viewed, viewOf } from '../../../src/relay/session-view.ts';
import type { TurnState } from '../../../src/sessions/turns/turn-state.ts';
import { fakeSessionMeta } from '../../helpers/fake-session-meta.ts';
import { fakeTurnState } from '../../helpers/fake-turn-state.ts';

const taken = {
	diff: async (before: string, after: string) => `${before}..${after}`,
} as unknown as Snapshots;
const turn = (number: number, before: string | null, after: string | null) =>
	fakeTurnState({ turn: number, tree: { before, after } });

function view(turns: TurnState[], snapshots: Snapshots | null = taken) {
	const meta = fakeSessionMeta({ turn_count: turns.length });
	const session = { id: meta.id, folder: '/nowhere', meta, turns: () => turns };
	return viewOf(() => ({ session, ports: { snapshots } }) as unknown as Viewed);
}

describe('the diff of a session', () => {
	it('spans its turns, or one of them', async () => {
		const turns = [turn(1, 'a', 'b'), turn(2, 'c', 'd')];
		expect(await view(turns).diff(null)).toBe('a..d');
		expect(await view(turns).diff(2)).toBe('c..d');
	});

	it('is empty before anything ran', async () => {
		expect(await view([]).diff(null)).toBe('');
	});

	it('of a missing turn is refused, naming those there are', async () => {
		await expect(view([turn(1, 'a', 'b')]).diff(9)).rejects.toMatchObject({
			code: 'not_found',
			hint: 'Its turns are 1 to 1.',
		});
	});

	it('is refused if no snapshot was taken: then it is not known that nothing changed', async () => {
		await expect(view([turn(1, null, null)]).diff(null)).rejects.toMatchObject({ code: 'not_found' });
		await expect(view([turn(1, 'a', 'b')], null).diff(null)).rejects.toMatchObject({ code: 'not_found' });
	});
});

describe('what a line of work changed', () => {
	const changed = (number: number, path: string, added: number) =>
		fakeTurnState({
			turn: number,
			files: [{ path, change: 'modified', added, removed: 0, source: 'git' }],
		});

	it('is the newest change of each path in the session and those it continues', () => {
		const meta = fakeSessionMeta({ turn_count: 1 });
		const own = [changed(1, 'b', 9)];
		const lineage = [
			{ meta: fakeSessionMeta(), turns: [changed(1, 'b', 1), changed(2, 'a', 2)] },
			{ meta, turns: own },
		];
		const session = { id: meta.id, folder: '/nowhere', meta, turns: () => own };
		const store = { lineage: () => lineage };
		const { files } = viewOf(() => ({ session, ports: { store } }) as unknown as Viewed);
		expect(files().map(({ path, added }) => [path, added])).toEqual([
			['a', 2],
			['b', 9],
		]);
	});
});
