import { describe, expect, it } from 'vitest';
import { RelayError } from '../../../../src/core/errors.ts';
import { parseSessionId } from '../../../../src/core/ids.ts';
import { describePartners, partnerTurns, turnsOf } from '../../../../src/relay/turn/partner-turns.ts';
import type { LineageEntry } from '../../../../src/sessions/lineage/lineage.ts';
import type { TurnState } from '../../../../src/sessions/turns/turn-state.ts';
import { Witness } from '../../../../src/sessions/witness/witness.ts';
import { fakeStore, fakeSummary } from '../../../helpers/fake-command-context.ts';
import { fakeSessionMeta } from '../../../helpers/fake-session-meta.ts';
import { fakeTurnState } from '../../../helpers/fake-turn-state.ts';

const BEGAN = '2026-03-01T12:00:00.000Z';
const OWN = '01K3AAAAAAAAAAAAAAAAAAAAAA';
const OTHER = '01K3BBBBBBBBBBBBBBBBBBBBBB';
const env = { AGENT_RELAY_PAIR: BEGAN };

function idOf(text: string) {
	const id = parseSessionId(text);
	if (id === null) throw new Error('not an id');
	return id;
}

const at = (minute: number) => `2026-03-01T12:${String(minute).padStart(2, '0')}:00.000Z`;

function entry(id: string, turns: ReadonlyArray<Partial<TurnState>>): LineageEntry {
	return {
		meta: fakeSessionMeta({ id }),
		folder: `/repo/.agent-relay/sessions/${id}`,
		turns: turns.map((more, i) =>
			fakeTurnState({ session_id: id, turn: i + 1, started_at: at(i + 1), native_session_id: 'n', ...more }),
		),
		problems: [],
		witness: new Witness('/nowhere/witness', idOf(id), { now: () => 0 }),
	};
}

function found(
	own: readonly LineageEntry[],
	other: LineageEntry,
	{ nativeId = 'n' as string | null, pair = env as Record<string, string> } = {},
) {
	const summaries = [...own, other].map(({ meta }) =>
		fakeSummary(Date.parse(at(30)), { id: idOf(meta.id), meta }),
	);
	const store = { ...fakeStore(summaries), lineage: () => [other] };
	return turnsOf(partnerTurns(own, { agent: 'claude', nativeId }, { store, env: pair })).map(
		({ turn }) => turn,
	);
}

describe('the turns of the other shell', () => {
	const other = entry(OTHER, [{ agent: 'codex' }, { agent: 'codex' }, { agent: 'codex', status: 'running' }]);

	it('are those that ended, since the pair began', () => {
		expect(found([entry(OWN, [])], other)).toEqual([1, 2]);
		const earlier = entry(OTHER, [{ started_at: '2026-03-01T11:59:59.000Z' }, {}]);
		expect(found([entry(OWN, [])], earlier)).toEqual([2]);
	});

	it('are none outside a pair', () => {
		expect(found([entry(OWN, [])], other, { pair: {} })).toEqual([]);
		expect(found([entry(OWN, [])], other, { pair: { AGENT_RELAY_PAIR: 'now' } })).toEqual([]);
	});

	it('are told once, also one that ran when the other began, and all of them to a new conversation', () => {
		const told = [{ session_id: OTHER, turn: 1 }];
		const own = [entry(OWN, [{ told_of: told, started_at: at(50) }])];
		expect(found(own, other)).toEqual([2]);
		expect(found(own, other, { nativeId: null })).toEqual([1, 2]);
		expect(found(own, other, { nativeId: 'another' })).toEqual([1, 2]);
		const byOther = [entry(OWN, [{ told_of: told, agent: 'codex' }])];
		expect(found(byOther, other)).toEqual([1, 2]);
	});

	it('are left out where their session cannot be read', () => {
		const summaries = [
			fakeSummary(Date.parse(at(30)), { id: idOf(OTHER), meta: fakeSessionMeta({ id: OTHER }) }),
		];
		const lineage = () => {
			throw new RelayError('damaged_record', 'torn');
		};
		const deps = { store: { ...fakeStore(summaries), lineage }, env };
		expect(partnerTurns([entry(OWN, [])], { agent: 'claude', nativeId: null }, deps)).toEqual([]);
	});

	it('are named once for each agent', () => {
		expect(describePartners([])).toBeNull();
		expect(describePartners([other])).toBe('What codex did beside you since goes with your prompt.');
	});
});
