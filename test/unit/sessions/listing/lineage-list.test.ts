import { describe, expect, it } from 'vitest';
import { parseSessionId } from '../../../../src/core/ids.ts';
import {
	type LineageFilter,
	listLineages,
	sumsOfLineage,
} from '../../../../src/sessions/listing/lineage-list.ts';
import type { IndexedSession } from '../../../../src/sessions/listing/session-index.ts';

const idOf = (at: number) => {
	const id = parseSessionId(`01JD${String(at).padStart(22, '0')}`);
	if (id === null) throw new Error('not an id');
	return id;
};

function session(
	at: number,
	parent: number | null,
	over: Partial<IndexedSession> = {},
	label: Partial<IndexedSession['label']> = {},
): IndexedSession {
	return {
		id: idOf(at),
		folder: `/s/${at}`,
		parent: parent === null ? null : idOf(parent),
		lastUsedAt: at,
		turns: 1,
		costUsd: 0.1,
		label: {
			status: 'completed',
			isEntrant: false,
			isArchived: false,
			tags: [],
			name: 'default',
			agents: ['claude'],
			behind: [],
			costSource: 'reported',
			pricesAsOf: null,
			...label,
		},
		summary: null,
		...over,
	};
}

function list(sessions: readonly IndexedSession[], filter: LineageFilter = {}) {
	const at = (place: number) => sessions[place] ?? session(0, null);
	const index = {
		ids: sessions.map(({ id }) => id),
		parent: (place: number) => at(place).parent,
		lastUsedAt: (place: number) => at(place).lastUsedAt,
		label: (place: number) => at(place).label,
		session: at,
		words: (place: number) => `Prompt of ${at(place).turns}`,
	};
	return listLineages(index, filter);
}

const shape = (sessions: readonly IndexedSession[], filter?: LineageFilter) =>
	list(sessions, filter).found.map(({ head, members }) => [head.folder, members.map(({ folder }) => folder)]);

describe('a lineage', () => {
	it('is a session with all that it continues and all that continues it, as the one used last', () => {
		const sessions = [
			session(1, null),
			session(2, null),
			session(3, 1),
			session(4, 3),
			session(5, 1, { lastUsedAt: 3.5 }),
		];
		expect(shape(sessions)).toEqual([
			['/s/4', ['/s/1', '/s/3', '/s/4', '/s/5']],
			['/s/2', ['/s/2']],
		]);
	});

	it('is one where what it continues is gone, and where parents form a circle', () => {
		expect(shape([session(2, 1), session(3, 1)])).toEqual([['/s/3', ['/s/2', '/s/3']]]);
		expect(shape([session(1, 2), session(2, 1)])).toEqual([['/s/2', ['/s/1', '/s/2']]]);
		expect(shape([session(1, 1)])).toEqual([['/s/1', ['/s/1']]]);
	});

	it('is a race with its entrants, and what continues an entrant stands for it', () => {
		const race = [
			session(1, null),
			session(2, 1, {}, { isEntrant: true }),
			session(3, 1, {}, { isEntrant: true }),
		];
		expect(shape(race)).toEqual([['/s/1', ['/s/1', '/s/2', '/s/3']]]);
		expect(shape([...race, session(4, 2)])).toEqual([['/s/4', ['/s/1', '/s/2', '/s/3', '/s/4']]]);
		expect(shape(race.slice(1))).toEqual([['/s/3', ['/s/2', '/s/3']]]);
	});

	it('counts turns and cost of all, agents in order of use', () => {
		const [one] = list([
			session(1, null, {}, { agents: ['codex'] }),
			session(2, 1, {}, { agents: ['codex', 'claude'], costSource: 'estimated', pricesAsOf: '2025-11-30' }),
		]).found;
		expect(one && sumsOfLineage(one)).toEqual({
			turns: 2,
			cost: { cost_usd: 0.2, cost_source: 'mixed', prices_as_of: '2025-11-30' },
			agents: ['codex', 'claude'],
		});
	});

	it('is newest first, cut, and counted', () => {
		const sessions = Array.from({ length: 30 }, (_, at) => session(at, null));
		expect(list(sessions, { limit: 2 }).count).toBe(30);
		expect(shape(sessions, { limit: 2 }).map(([head]) => head)).toEqual(['/s/29', '/s/28']);
	});
});

describe('of lineages', () => {
	const sessions = [
		session(1, null, { turns: 7 }, { agents: ['gemini', 'reviewer'], behind: ['opencode'] }),
		session(2, 1, {}, { status: 'checkpointed' }),
		session(3, null, {}, { name: 'review' }),
	];
	it.each<[LineageFilter, string[]]>([
		[{ status: 'checkpointed' }, ['/s/2']],
		[{ agent: 'gemini' }, ['/s/2']],
		[{ agent: 'gem' }, []],
		[{ agent: 'opencode' }, ['/s/2']],
		[{ since: 3 }, ['/s/3']],
		[{ text: 'pROMPT OF 7' }, ['/s/2']],
		[{ name: 'review' }, ['/s/3']],
		[{ isArchived: false, name: 'review' }, ['/s/3']],
		[{ isArchived: true }, []],
		[{ tags: ['ui'] }, []],
		[{ name: null }, ['/s/3', '/s/2']],
		[{ isFlat: true }, ['/s/3', '/s/2', '/s/1']],
		[{ isFlat: true, status: 'completed', agent: 'claude' }, ['/s/3']],
	])('%j finds %j', (filter, heads) => {
		expect(shape(sessions, filter).map(([head]) => head)).toEqual(heads);
	});
});
