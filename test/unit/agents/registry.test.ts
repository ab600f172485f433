import { describe, expect, it } from 'vitest';
import type { AgentAdapter } from '../../../src/agents/agent-adapter.ts';
import { claudeAdapter } from '../../../src/agents/claude/adapter.ts';
import { BUILT_IN_ADAPTERS, createRegistry } from '../../../src/agents/registry.ts';
import { BUILT_IN_AGENTS } from '../../../src/config/schema.ts';
import { RelayError } from '../../../src/core/errors.ts';

const named = (id: string, aliases: string[] = []): AgentAdapter => ({ ...claudeAdapter, id, aliases });
const registry = createRegistry([named('claude', ['c', 'claude-code']), named('codex', ['x'])]);

function refusal(act: () => unknown): RelayError {
	try {
		act();
	} catch (error) {
		if (error instanceof RelayError) return error;
		throw error;
	}
	throw new Error('nothing was refused');
}

describe('the agents that come with agent-relay', () => {
	it('are those that the configuration knows and orders by default', () => {
		expect(BUILT_IN_ADAPTERS.map(({ id }) => id)).toEqual(BUILT_IN_AGENTS);
	});
});

describe('the registry of agents', () => {
	it('finds an agent by id or alias, in any case', () => {
		for (const name of ['claude', 'c', 'Claude-Code', ' C ']) expect(registry.find(name).id).toBe('claude');
		expect(registry.find('x').id).toBe('codex');
	});

	it('gives a name that two claim to the first, and ids before aliases', () => {
		const both = createRegistry([named('one', ['two']), named('two', ['two', 'z']), named('three', ['z'])]);
		expect([both.find('two').id, both.find('z').id]).toEqual(['two', 'two']);
	});

	it('reads agent and model, and keeps colons of the model', () => {
		expect(registry.parse('c')).toEqual({ agent: 'claude', model: null });
		expect(registry.parse('claude:opus')).toEqual({ agent: 'claude', model: 'opus' });
		expect(registry.parse('x:a/b:free')).toEqual({ agent: 'codex', model: 'a/b:free' });
	});

	it('names the nearest agents for an unknown one', () => {
		for (const [typed, near] of [
			['cladue', 'claude'],
			['codx', 'codex'],
			['clau', 'claude'],
		]) {
			const error = refusal(() => registry.find(typed ?? ''));
			expect([error.code, error.hint]).toEqual(['unknown_agent', expect.stringContaining(`${near}`)]);
		}
		expect(refusal(() => registry.parse('zzzzzz:model')).hint).toBe(
			'known agents: claude (c, claude-code), codex (x)',
		);
		expect(refusal(() => registry.find('constructor')).code).toBe('unknown_agent');
		expect(refusal(() => registry.find('a'.repeat(100_000))).code).toBe('unknown_agent');
	});

	it('refuses an empty model', () => {
		expect(refusal(() => registry.parse('claude:')).code).toBe('usage');
	});

	it('holds adapters with one owner for each name', () => {
		const names = BUILT_IN_ADAPTERS.flatMap(({ id, aliases }) => [id, ...aliases]);
		expect(new Set(names).size).toBe(names.length);
	});
});
