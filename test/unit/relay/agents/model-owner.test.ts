import { describe, expect, it } from 'vitest';
import { BUILT_IN_ADAPTERS } from '../../../../src/agents/registry.ts';
import { type ModelQuestion, modelOwner } from '../../../../src/relay/agents/model-owner.ts';

const ORDER = BUILT_IN_ADAPTERS.map(({ id }) => ({ agent: id, model: null }));

function owner(model: string, over: Partial<ModelQuestion> = {}): string {
	return modelOwner({
		model,
		current: null,
		order: ORDER,
		adapters: BUILT_IN_ADAPTERS,
		configured: () => null,
		isInstalled: () => true,
		...over,
	});
}

describe('a model that was named without an agent', () => {
	it.each([
		['opus', 'claude'],
		['sonnet[1m]', 'claude'],
		['claude-opus-4-5-20251101', 'claude'],
		['us.anthropic.claude-sonnet-4-5-v1:0', 'claude'],
		['gpt-5.1-codex-mini', 'codex'],
		['o3', 'codex'],
		['o4-mini', 'codex'],
		['gemini-2.5-pro', 'gemini'],
		['flash', 'gemini'],
		['openrouter/anthropic/claude-opus-4.5', 'opencode'],
		['anthropic/claude-opus-4.5', 'opencode'],
	])('%s goes to %s, whoever comes first', (model, agent) => {
		expect(owner(model)).toBe(agent);
		expect(owner(model, { order: [...ORDER].reverse() })).toBe(agent);
		expect(owner(model, { current: 'gemini' })).toBe(agent);
	});

	it('goes to the agent whose configuration or order names it', () => {
		expect(owner('mine-7b', { configured: (agent) => (agent === 'codex' ? 'mine-7b' : null) })).toBe('codex');
		expect(owner('mine-7b', { order: [...ORDER, { agent: 'gemini', model: 'mine-7b' }] })).toBe('gemini');
	});

	it('stays with the current agent if no agent is known for it', () => {
		expect(owner('mine-7b', { current: 'gemini' })).toBe('gemini');
	});

	it('takes the only agent that is installed, and none of several for being free', () => {
		expect(owner('mine-7b', { isInstalled: (agent) => agent === 'codex' })).toBe('codex');
		expect(() => owner('mine-7b')).toThrow('No agent is known for the model "mine-7b".');
	});

	it('names the one that would have to be installed', () => {
		expect(owner('opus', { isInstalled: (agent) => agent === 'codex' })).toBe('claude');
	});
});
