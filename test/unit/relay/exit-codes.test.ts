import { describe, expect, it } from 'vitest';
import { RelayError } from '../../../src/core/errors.ts';
import {
	exitCodeOfChat,
	exitCodeOfError,
	exitCodeOfRace,
	exitCodeOfResult,
	exitCodeOfSession,
	worstExitCode,
} from '../../../src/relay/exit-codes.ts';
import { fakeTurnState } from '../../helpers/fake-turn-state.ts';

describe('the exit code', () => {
	it.each([
		['completed', 0],
		['limited', 2],
		['nobody_left', 2],
		['out_of_budget', 2],
		['timed_out', 3],
		['cancelled', 130],
		['failed', 1],
		['outcome_unknown', 1],
	] as const)('of a prompt that ended as %s is %i', (outcome, code) => {
		expect(exitCodeOfResult({ outcome, state: null })).toBe(code);
	});

	it('says that work is left if background tasks of a completed turn were stopped', () => {
		const state = fakeTurnState({ status: 'completed', stop_reason: 'background_stopped' });
		expect(exitCodeOfResult({ outcome: 'completed', state })).toBe(2);
	});

	it.each([
		['completed', null, 'completed', 0],
		['checkpointed', 'limit', 'failed', 2],
		['checkpointed', 'max_turns', 'completed', 2],
		['checkpointed', 'handoff', 'completed', 2],
		['checkpointed', 'interrupted', 'cancelled', 130],
		['checkpointed', 'interrupted', 'completed', 2],
		['checkpointed', 'timed_out', 'timed_out', 3],
		['checkpointed', 'failed', 'failed', 1],
		['checkpointed', 'outcome_unknown', 'running', 1],
	] as const)('of a session left as %s (%s), its last turn %s, is %i', (status, reason, turn, code) => {
		const lastTurn = fakeTurnState({ status: turn });
		expect(exitCodeOfSession({ status, reason, lastTurn, race: null })).toBe(code);
	});

	it('of a session of others than one prompt is what their command ends with', () => {
		const chat = {
			status: 'checkpointed',
			race: null,
			lastTurn: fakeTurnState({ trigger: 'chat' }),
		} as const;
		expect(exitCodeOfSession({ ...chat, reason: 'timed_out' })).toBe(exitCodeOfChat('timed_out'));
		expect(exitCodeOfSession({ ...chat, reason: 'failed' })).toBe(exitCodeOfChat('too_few'));
		expect(exitCodeOfSession({ ...chat, reason: 'interrupted' })).toBe(2);
		const race = { status: 'completed', reason: null, lastTurn: null } as const;
		expect(exitCodeOfSession({ ...race, race: { winner: 'a' } })).toBe(0);
		expect(exitCodeOfSession({ ...race, race: { winner: null } })).toBe(2);
		expect(
			exitCodeOfSession({ ...race, status: 'checkpointed', reason: 'interrupted', race: { winner: null } }),
		).toBe(130);
	});

	it('of several sessions is the first in the documented order', () => {
		expect(worstExitCode([])).toBe(0);
		expect(worstExitCode([0, 1, 2])).toBe(2);
		expect(worstExitCode([0, 3, 130])).toBe(130);
	});

	it('of a race and of a chat is 0 only if somebody won or all agreed', () => {
		expect([exitCodeOfRace({ winner: 'claude' }), exitCodeOfRace({ winner: null })]).toEqual([0, 2]);
		expect((['agreed', 'interrupted', 'max_turns', 'too_few'] as const).map(exitCodeOfChat)).toEqual([
			0, 130, 2, 2,
		]);
	});

	it('of an error is the documented one; a bug of ours is a failure', () => {
		const code = (name: RelayError['code']) => exitCodeOfError(new RelayError(name, ''));
		expect([code('usage'), code('session_locked'), code('agent_not_installed'), code('not_trusted')]).toEqual(
			[64, 6, 127, 5],
		);
		expect(exitCodeOfError(new TypeError('bug'))).toBe(1);
	});
});
