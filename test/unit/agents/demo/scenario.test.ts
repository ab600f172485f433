import { describe, expect, it } from 'vitest';
import { DEMO_OBJECTIVE, DEMO_SECOND_PROMPT, readScenario } from '../../../../src/agents/demo/scenario.ts';

describe('the demo scenario', () => {
	it('is found in a packet that quotes, wraps and makes it harmless', () => {
		const packet = `# Goes on\n> ${DEMO_OBJECTIVE.replaceAll(' ', '\n')}\n\n${DEMO_SECOND_PROMPT.replace('the', '\u2060the')}`;
		expect(readScenario(packet)).toEqual({ hasObjective: true, hasSecondPrompt: true });
	});

	it('is not found in other prompts', () => {
		expect(readScenario('Write a word counter')).toEqual({ hasObjective: false, hasSecondPrompt: false });
	});
});
