import { describe, expect, it } from 'vitest';
import { createRegistry } from '../../../../src/agents/registry.ts';
import { readParticipants } from '../../../../src/relay/chat/participants.ts';

const registry = createRegistry();
const read = (agents: string, ...roles: string[]) =>
	readParticipants(
		agents.split(','),
		roles.map((text) => ({ who: text.slice(0, text.indexOf('=')), role: text.slice(text.indexOf('=') + 1) })),
		registry,
	);

describe('who takes part in a chat', () => {
	it.each([
		['claude,codex', ['claude', 'codex']],
		['c,x,g,o', ['claude', 'codex', 'gemini', 'opencode']],
		['claude,claude:opus', ['claude', 'claude-opus']],
		['claude:opus,claude:sonnet', ['claude-opus', 'claude-sonnet']],
		['opencode:anthropic/x y,codex', ['opencode-anthropic-x-y', 'codex']],
	])('%s are told apart', (agents, ids) => {
		expect(read(agents).map(({ id }) => id)).toEqual(ids);
	});

	it('the same agent twice needs another role, and gets another name', () => {
		expect(read('claude,claude,codex', '1=for', '2=against')).toMatchObject([
			{ id: 'claude', role: 'for' },
			{ id: 'claude-2', role: 'against' },
			{ id: 'codex', role: null },
		]);
		expect(read('claude,claude', 'claude-2=against')).toMatchObject([{ role: null }, { role: 'against' }]);
	});

	it('ids stay unique if models would make them equal', () => {
		expect(read('opencode:a/b,opencode:a-b').map(({ id }) => id)).toEqual(['opencode-a-b', 'opencode-a-b-2']);
	});

	it.each([
		['claude=x', 'claude', 'x'],
		['c=x=y', 'claude', 'x=y'],
		['claude:opus=deep', 'claude-opus', 'deep'],
		['2=deep', 'claude-opus', 'deep'],
	])('--role %s is given to the right one', (flag, id, role) => {
		const found = read('claude,claude:opus,codex', flag);
		expect(found.filter((one) => one.role !== null).map((one) => [one.id, one.role])).toEqual([[id, role]]);
	});

	it.each([
		['claude', [], /2 to 5 participants/],
		['claude,codex,gemini,opencode,claude:a,claude:b', [], /2 to 5 participants/],
		['claude,claude', [], /same model and the same role/],
		['claude,codex,claude', ['1=x', '3=x'], /same model and the same role/],
		['claude,codex', ['gemini=x'], /names nobody/],
		['claude,codex', ['3=x'], /names nobody/],
		['claude,codex', ['0=x'], /names nobody/],
		['claude:a,claude:b', ['claude=x'], /several participants/],
		['claude,codex', ['claude=x', '1=y'], /two roles/],
		['claude,codex', ['claude= '], /is empty/],
		['claude,kodex', [], /no agent named/],
	])('%s with roles %j is refused', (agents, roles, message) => {
		expect(() => read(agents, ...roles)).toThrow(message);
	});

	it('twins are refused with the remedy', () => {
		expect(() => read('codex,codex')).toThrow(
			expect.objectContaining({ hint: expect.stringContaining('codex:MODEL') }),
		);
	});
});
