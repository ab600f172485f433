import { describe, expect, it } from 'vitest';
import { RelayError } from '../../../src/core/errors.ts';
import {
	exitCodeOfChat,
	exitCodeOfError,
	exitCodeOfRace,
	exitCodeOfResult,
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
