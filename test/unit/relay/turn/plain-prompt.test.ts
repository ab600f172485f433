import { describe, expect, it } from 'vitest';
import { BUILT_IN_ADAPTERS } from '../../../../src/agents/registry.ts';
import { plainPrompt } from '../../../../src/relay/turn/plain-prompt.ts';

const adapter = (id: string) => {
	const found = BUILT_IN_ADAPTERS.find((one) => one.id === id);
	if (found === undefined) throw new Error(id);
	return found;
};

describe('the prompt alone', () => {
	it('never begins with a slash, and the words are found in it', () => {
		for (const { id } of BUILT_IN_ADAPTERS) {
			const { text, words } = plainPrompt('/clear it', adapter(id));
			expect(text.startsWith('/'), id).toBe(false);
			expect(Buffer.from(text).subarray(words?.start, words?.end).toString(), id).toBe('/clear it');
		}
	});

	it.each(['/autopilot', ' /goal', '\n\t/goal on', '\ufeff/autopilot', '\u00a0/goal'])(
		'keeps copilot from going on without end at %j: only white space may come before its commands',
		(prompt) => {
			const { text, words } = plainPrompt(prompt, adapter('copilot'));
			expect(text).toBe(`\u2060${prompt}`);
			expect(text.trimStart().startsWith('/')).toBe(false);
			expect(Buffer.from(text).subarray(words?.start, words?.end).toString()).toBe(prompt);
		},
	);

	it('is sent as it is where nothing could be mistaken', () => {
		for (const { id } of BUILT_IN_ADAPTERS)
			expect(plainPrompt('fix src/a.ts', adapter(id))).toEqual({
				text: 'fix src/a.ts',
				words: { start: 0, end: 12 },
			});
	});
});
