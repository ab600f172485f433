import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { searchedSessions, turnsOf } from '../../../../src/commands/metrics/find-turns.ts';
import { parseSessionId, type SessionId } from '../../../../src/core/ids.ts';
import type { Lineage } from '../../../../src/sessions/listing/lineage-list.ts';
import type { IndexedSession } from '../../../../src/sessions/listing/session-index.ts';
import type { TurnState } from '../../../../src/sessions/turns/turn-state.ts';
import { fakeTurnState } from '../../../helpers/fake-turn-state.ts';

const ID = idOf('01K3ZZZZZZZZZZZZZZZZZZZZZZ');
const CHILD = idOf('01K4ZZZZZZZZZZZZZZZZZZZZZZ');

function idOf(text: string): SessionId {
	const id = parseSessionId(text);
	if (id === null) throw new Error('not an id');
	return id;
}

let base: string;
beforeEach(() => {
	base = mkdtempSync(join(tmpdir(), 'relay-metrics-'));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const folderOf = (repo: string, id: SessionId) => join(base, repo, id);

function write(repo: string, state: Partial<TurnState>, id = ID): void {
	const folder = join(folderOf(repo, id), 'turns');
	mkdirSync(folder, { recursive: true });
	const turn = fakeTurnState({ session_id: id, ...state });
	writeFileSync(join(folder, `00${turn.turn}-state.json`), JSON.stringify(turn));
}

function lineageOf(repo: string, ...ids: SessionId[]): Lineage {
	const members = ids.map(
		(id): IndexedSession => ({
			id,
			folder: folderOf(repo, id),
			parent: null,
			lastUsedAt: 0,
			turns: 1,
			costUsd: 0,
			label: {
				status: 'completed',
				isEntrant: false,
				isArchived: false,
				tags: [],
				name: 'default',
				agents: [],
				costSource: 'none',
				behind: [],
				pricesAsOf: null,
			},
			summary: null,
		}),
	);
	const [head] = members;
	if (head === undefined) throw new Error('no session');
	return { head, members, lastUsedAt: 0 };
}

const turnsIn = (...places: Array<[repo: string, ...ids: SessionId[]]>) =>
	searchedSessions(places.map(([root, ...ids]) => ({ root, found: [lineageOf(root, ...ids)] }))).flatMap(
		(session) => [...turnsOf(session)].map((turn) => ({ turn, root: session.root, oldest: session.oldest })),
	);

describe('the turns of sessions', () => {
	it('of a line of work are each there once, under its oldest session', () => {
		write('a', { turn: 1 });
		write('a', { turn: 1 }, CHILD);
		expect(turnsIn(['a', ID, CHILD]).map(({ oldest }) => oldest)).toEqual([ID, ID]);
	});

	it('of a copy of a repo are not counted again, but for those that it alone has', () => {
		write('a', { turn: 1 });
		write('a', { turn: 2, started_at: '2026-03-01T13:00:00.000Z' });
		write('b', { turn: 1 });
		write('b', { turn: 2, started_at: '2026-03-01T14:00:00.000Z' });
		expect(turnsIn(['a', ID], ['b', ID])).toHaveLength(3);
		expect(new Set(turnsIn(['a', ID], ['b', ID]).map(({ root }) => root))).toEqual(new Set(['a']));
	});

	it('are taken from the copy that knows how they ended', () => {
		write('a', { turn: 1, status: 'running' });
		write('b', { turn: 1, status: 'completed' });
		expect(turnsIn(['a', ID], ['b', ID])).toMatchObject([{ turn: { status: 'completed' } }]);
	});

	it('are not those of another session whose record was copied here, and a damaged one is named', () => {
		write('a', { turn: 1 });
		write('a', { turn: 2, session_id: CHILD });
		write('a', { turn: 3 });
		writeFileSync(join(folderOf('a', ID), 'turns/003-state.json'), '{"torn');
		expect(turnsIn(['a', ID]).map(({ turn }) => (typeof turn === 'string' ? turn : turn.turn))).toEqual([
			1,
			'turn 2 is a record of another session',
			expect.stringContaining('003-state.json is damaged: not JSON'),
		]);
	});
});
