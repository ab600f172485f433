import { describe, expect, it } from 'vitest';
import { agentStanding, type PlacedTurn, pendingTurn } from '../../../../src/relay/packet/placed-turns.ts';
import { fakeTurnState } from '../../../helpers/fake-turn-state.ts';
import { fakeWitness } from '../../../helpers/fake-witness.ts';

const turn = (agent: string, more: Parameters<typeof fakeTurnState>[0] = {}): PlacedTurn => ({
	sessionId: 's',
	folder: '/s',
	worktree: '/repo',
	witness: fakeWitness(),
	state: fakeTurnState({ agent, native_session_id: `${agent}-native`, ...more }),
});

describe('what an agent knows of a session', () => {
	it('is everything while it works alone', () => {
		const standing = agentStanding([turn('claude'), turn('claude')], 'claude', 'claude-native');
		expect(standing).toMatchObject({ nativeSessionId: 'claude-native', needsPacket: false });
	});

	it('lacks what others did since its own last turn', () => {
		const turns = [turn('claude', { turn: 1 }), turn('codex', { turn: 2 })];
		expect(agentStanding(turns, 'claude', 'claude-native')).toMatchObject({
			needsPacket: true,
			lastTurn: { state: { turn: 1 } },
		});
	});

	it('is nothing for a newcomer, and for one whose conversation is gone', () => {
		expect(agentStanding([turn('claude')], 'codex', null)).toMatchObject({
			needsPacket: true,
			lastTurn: null,
		});
		expect(agentStanding([turn('claude')], 'claude', null)).toMatchObject({
			nativeSessionId: null,
			needsPacket: true,
		});
		expect(agentStanding([], 'claude', null).needsPacket).toBe(false);
	});
});

describe('the prompt that waits for an answer', () => {
	it('is that of the newest turn, unless it was completed', () => {
		const open = turn('claude', { status: 'cancelled' });
		expect(pendingTurn([turn('claude'), open])).toBe(open);
		expect(pendingTurn([open, turn('claude')])).toBeNull();
		expect(pendingTurn([])).toBeNull();
	});
});
