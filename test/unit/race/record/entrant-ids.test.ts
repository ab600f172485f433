import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entrantIds } from '../../../../src/race/record/entrant-ids.ts';

const choice = (name: string) => {
	const [agent = '', model = null] = name.split(':');
	return { agent, model };
};

describe('names of entrants', () => {
	it('are the agent and its model, each once', () => {
		const names = ['claude', 'claude:opus', 'opencode:openai/gpt-5', 'opencode:openai.gpt-5', 'base', '..:x'];
		expect(entrantIds(names.map(choice))).toEqual([
			'claude',
			'claude-opus',
			'opencode-openai-gpt-5',
			'opencode-openai-gpt-5-2',
			'base-2',
			'x',
		]);
	});

	it('are unique whatever the case, and safe as folders and refs, for any agents and models', () => {
		const any = fc.record({ agent: fc.string(), model: fc.option(fc.string()) });
		fc.assert(
			fc.property(fc.array(any, { maxLength: 12 }), (choices) => {
				const ids = entrantIds(choices);
				expect(ids).toHaveLength(choices.length);
				expect(new Set(ids.map((id) => id.toLowerCase())).size).toBe(ids.length);
				for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9][A-Za-z0-9_-]{0,44}$/);
			}),
		);
	});
});
