import { describe, expect, it } from 'vitest';
import { beginTurn, endTurn } from '../../../src/turns/apply-turn.ts';
import { fakeCheckpoint, fakeSessionMeta } from '../../helpers/fake-session-meta.ts';
import { fakeTurnState } from '../../helpers/fake-turn-state.ts';

describe('the record of a session', () => {
	it('counts a turn once, however often it is judged', () => {
		const first = fakeTurnState();
		const second = fakeTurnState({ turn: 2, agent: 'codex', cost_source: 'estimated' });
		const once = endTurn(endTurn(fakeSessionMeta(), first, []), second, [first]);
		const twice = endTurn(once, second, [first, second]);
		expect(twice.usage).toEqual(once.usage);
		expect(once.usage).toMatchObject({ input_tokens: 400, output_tokens: 680, cost_source: 'mixed' });
		expect(once.usage.by_agent.codex).toMatchObject({ turns: 1 });
	});

	it('keeps the first prompt as the objective and lets go of a prompt that stands with its turn', () => {
		const meta = fakeSessionMeta({
			objective: null,
			checkpoint: fakeCheckpoint({ pending_prompt: 'fix it' }),
		});
		const begun = beginTurn(meta, fakeTurnState(), 'fix it');
		expect(begun).toMatchObject({
			objective: 'fix it',
			status: 'active',
			checkpoint: { pending_prompt: null },
		});
		expect(beginTurn(begun, fakeTurnState({ turn: 2 }), 'and more')).toMatchObject({ objective: 'fix it' });
	});

	it('forgets a conversation that the agent no longer has, and keeps one that the turn did not name', () => {
		const named = endTurn(fakeSessionMeta(), fakeTurnState({ native_session_id: 'n1' }), []);
		const silent = endTurn(named, fakeTurnState({ turn: 2, native_session_id: null }), []);
		expect(silent.agents.claude?.native_session_id).toBe('n1');
		const gone = endTurn(named, fakeTurnState({ turn: 2, stop_reason: 'unknown_session' }), []);
		expect(gone.agents.claude?.native_session_id).toBeNull();
	});

	it('has no end while the session is open: it ends when it is let go', () => {
		const begun = beginTurn(fakeSessionMeta({ ended_at: '2026-01-01T00:00:00.000Z' }), fakeTurnState(), null);
		expect(begun.ended_at).toBeNull();
		expect(endTurn(begun, fakeTurnState(), []).ended_at).toBeNull();
	});

	it('gives up a conversation that is too long, or that its agent could not keep', () => {
		const named = endTurn(fakeSessionMeta(), fakeTurnState({ native_session_id: 'n1' }), []);
		for (const over of [{ stop_reason: 'context_too_long' }, { unresumable: 'could not be saved' }]) {
			const after = endTurn(named, fakeTurnState({ turn: 2, native_session_id: 'n1', ...over }), []);
			expect(after.agents.claude?.native_session_id).toBeNull();
		}
	});

	it('says why a turn failed until the next one begins', () => {
		const error = { code: 'crashed', message: 'boom' };
		const failed = endTurn(fakeSessionMeta(), fakeTurnState({ status: 'failed', error }), []);
		expect(failed.error).toEqual(error);
		expect(beginTurn(failed, fakeTurnState({ turn: 2 }), null).error).toBeNull();
	});
});
