import { describe, expect, it } from 'vitest';
import { latestSession } from '../../../../src/sessions/listing/latest-session.ts';
import type { ListOptions, SessionSummary } from '../../../../src/sessions/listing/session-list.ts';

/** Newest first. */
function store(sessions: ReadonlyArray<[id: string, worktree: string]>) {
	const asked: ListOptions[] = [];
	const all = sessions.map(
		([id, worktree]) => ({ id, meta: { repo: { worktree } } }) as unknown as SessionSummary,
	);
	return {
		asked,
		location: { repo: { worktree: '/here' } },
		list: (options: ListOptions) => {
			asked.push(options);
			return all.filter(({ meta }) => !options.worktree || meta?.repo.worktree === options.worktree);
		},
	};
}

const latest = (...sessions: Array<[string, string]>) => latestSession(store(sessions), {})?.id ?? null;

describe('the latest session', () => {
	it('is the newest of this worktree, however new others are', () => {
		expect(latest(['c', '/other'], ['b', '/here'], ['a', '/here'])).toBe('b');
		expect(latest(['c', '/here'], ['b', '/other'])).toBe('c');
	});

	it('is the newest of another worktree if this one has none', () => {
		expect(latest(['b', '/other'], ['a', '/third'])).toBe('b');
		expect(latest()).toBeNull();
	});

	it('skips what is not meant, and asks once if the newest is of this worktree', () => {
		const two = store([
			['b', '/here'],
			['a', '/here'],
		]);
		expect(latestSession(two, { status: 'checkpointed' }, ({ id }) => `${id}` !== 'b')?.id).toBe('a');
		expect(two.asked).toEqual([{ isArchived: false, status: 'checkpointed', limit: 20 }]);
	});
});
