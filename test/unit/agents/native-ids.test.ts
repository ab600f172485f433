import { describe, expect, it } from 'vitest';
import { DEMO_ADAPTERS } from '../../../src/agents/demo/adapter.ts';
import { genericAdapter } from '../../../src/agents/generic/adapter.ts';
import { BUILT_IN_ADAPTERS } from '../../../src/agents/registry.ts';
import { DEFAULT_AGENT_SETTINGS } from '../../../src/config/defaults.ts';
import { HOSTILE_WORDS } from '../../helpers/hostile-words.ts';

const adapters = [
	...BUILT_IN_ADAPTERS,
	...DEMO_ADAPTERS,
	genericAdapter('mine', {
		...DEFAULT_AGENT_SETTINGS,
		command: ['/bin/mine', '--id', '{session}'],
		resume: ['--resume', '{session}'],
	}),
];

const OF_CLI: Record<string, string> = { opencode: 'ses_0123456789abcdef' };
const UUID = '0199d3c1-7f1e-7b43-9c0d-2f6a5a1b2c3d';

describe.each(adapters.map((adapter) => [adapter.id, adapter] as const))('%s', (id, adapter) => {
	it('knows the ids that it gives', () => {
		expect(adapter.isNativeId(OF_CLI[id] ?? UUID)).toBe(true);
	});

	it.each(Object.entries(HOSTILE_WORDS))('takes %s for none of its ids', (_, word) => {
		expect(adapter.isNativeId(word)).toBe(false);
	});

	it.each(Object.entries(HOSTILE_WORDS))('prints %s as one quoted word', (_, word) => {
		const printed = adapter.resumeHint(word);
		expect(printed.includes(`'${word.replaceAll("'", `'\\''`)}'`) || printed.includes(` ${word}`)).toBe(true);
		if (!/^[\w./:=@%+,-]+$/.test(word)) expect(printed).toContain("'");
	});
});
