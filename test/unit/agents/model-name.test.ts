import { describe, expect, it } from 'vitest';
import { isModelName, requireModelName } from '../../../src/agents/model-name.ts';
import { createRegistry } from '../../../src/agents/registry.ts';

describe('the name of a model', () => {
	it.each([
		'opus',
		'sonnet[1m]',
		'a b',
		'openrouter/anthropic/claude-opus-4.5:free',
		'us.anthropic.claude-sonnet-4-5-v1:0',
		`arn:aws:bedrock:us-east-1:123456789012:inference-profile/${'x'.repeat(120)}`,
	])('may be %s', (name) => {
		expect(requireModelName(name)).toBe(name);
	});

	it.each(['', ' ', '--yolo', '-x', 'a\nb', 'a\u0000b', 'a\u202eb', 'x'.repeat(257)])(
		'is never %j, which a CLI could take for something else',
		(name) => {
			expect(isModelName(name)).toBe(false);
			expect(() => requireModelName(name)).toThrow('is not the name of a model');
		},
	);

	it('is checked after the colon of an agent too', () => {
		expect(() => createRegistry().parse('claude:--yolo')).toThrow('is not the name of a model');
	});
});
