import type { NamesOfRepo } from '../../src/sessions/names/line-of-work.ts';
import { newEntry } from '../../src/sessions/names/line-of-work.ts';
import { DEFAULT_NAME, requireNameId } from '../../src/sessions/names/name-id.ts';
import type { Names } from '../../src/sessions/names/name-registry.ts';

/** Names in memory: `review`, bound to `folder`, with nothing live. */
export function fakeNames(folder: string): NamesOfRepo {
	const review = {
		id: requireNameId('review'),
		worktree: folder,
		label: null,
		at: '2026-05-01T12:00:00.000Z',
	};
	let names: Names = { schema_version: 1, selected: null, names: [newEntry(review)] };
	const refuse = () => {
		throw new Error('this test starts nothing under a name');
	};
	return {
		registry: {
			path: `${folder}/.agent-relay/names.json`,
			read: () => names,
			change: (act) => {
				names = act(names);
				return names;
			},
		},
		live: {
			of: () => [],
			folders: () => [],
			begin: refuse,
			remove: () => undefined,
			removeFolder: () => undefined,
		},
		line: {
			name: { id: DEFAULT_NAME, isGiven: false },
			check: () => undefined,
			enter: refuse,
			began: () => undefined,
			working: () => undefined,
			leave: () => undefined,
		},
	};
}
