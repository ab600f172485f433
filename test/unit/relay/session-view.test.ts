import { describe, expect, it } from 'vitest';
import { type Viewed, viewOf } from '../../../src/relay/session-view.ts';
import { fakeSessionMeta } from '../../helpers/fake-session-meta.ts';
import { fakeTurnState } from '../../helpers/fake-turn-state.ts';

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
