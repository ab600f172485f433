import { describe, expect, it } from 'vitest';
import type { AgentAdapter } from '../../../src/agents/agent-adapter.ts';
import { claudeAdapter } from '../../../src/agents/claude/adapter.ts';
import { agentEnvironment, withAdditions } from '../../../src/agents/environment.ts';

const other: AgentAdapter = {
	...claudeAdapter,
	id: 'other',
	secretVariables: ['OTHER_KEY', 'SHARED_KEY'],
	sharedVariables: [],
};
const borrower: AgentAdapter = {
	...claudeAdapter,
	id: 'borrower',
	secretVariables: [],
	sharedVariables: ['ANTHROPIC_API_KEY'],
};
const all = [claudeAdapter, other, borrower];
const base = { PATH: '/bin', ANTHROPIC_API_KEY: 'a', OTHER_KEY: 'o', SHARED_KEY: 's', GONE: undefined };
const turn = { session: '01ARZ3NDEKTSV4RRFFQ69G5FAV', turn: 7 };
const environmentOf = (adapter: AgentAdapter) => agentEnvironment(base, adapter, all, turn);

describe('the environment of an agent', () => {
	it('lacks the secrets that other agents own, and names them', () => {
		const { env, removed } = environmentOf(claudeAdapter);
		expect(env).toMatchObject({ PATH: '/bin', ANTHROPIC_API_KEY: 'a' });
		expect(removed).toEqual(['OTHER_KEY', 'SHARED_KEY']);
		expect(Object.keys(env)).not.toContain('OTHER_KEY');
		expect(environmentOf(other).removed).toEqual(['ANTHROPIC_API_KEY']);
	});

	it('keeps secrets of others that the agent shares', () => {
		expect(environmentOf(borrower).removed).toEqual(['OTHER_KEY', 'SHARED_KEY']);
	});

	it('marks its processes with session and turn, and has no unset variables', () => {
		const { env } = environmentOf(claudeAdapter);
		expect(env).toMatchObject({ AGENT_RELAY_SESSION: turn.session, AGENT_RELAY_TURN: '7' });
		expect('GONE' in env).toBe(false);
	});

	it('takes the adapter’s additions on top, null as removal', () => {
		expect(withAdditions({ A: '1', B: '2' }, { A: null, B: '3', C: '4' })).toEqual({ B: '3', C: '4' });
	});
});
