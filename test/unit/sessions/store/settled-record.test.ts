import { describe, expect, it } from 'vitest';
import { settledRecord } from '../../../../src/sessions/store/settled-record.ts';
import { fakeSessionMeta } from '../../../helpers/fake-session-meta.ts';
import { fakeTurnState } from '../../../helpers/fake-turn-state.ts';

const known = { native_session_id: null, model: null, permissions: 'edit' as const, turns: 0, last_turn: 1 };
const entry = {
	meta: fakeSessionMeta({ status: 'active', agents: { claude: known } }),
	turns: [fakeTurnState({ turn: 1 }), fakeTurnState({ turn: 2, status: 'running' })],
};

describe('the record of a session whose relay died', () => {
	it('has the status, turns and agents that recovery will write', () => {
		const { meta, turns } = settledRecord(entry, { status: 'checkpointed' });
		expect(meta.status).toBe('checkpointed');
		expect(meta.agents.claude?.turns).toBe(2);
		expect(turns.map(({ status }) => status)).toEqual(['completed', 'outcome_unknown']);
		expect(entry.turns[1]?.status).toBe('running');
	});

	it('is left as it is while somebody works on it', () => {
		expect(settledRecord(entry, { status: 'active' })).toBe(entry);
	});
});
