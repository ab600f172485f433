import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { claudeAdapter } from '../../../../src/agents/claude/adapter.ts';
import { buildPacket } from '../../../../src/handoff/build-packet.ts';
import {
	splitPipedText,
	withInertMaterial,
	withPipedText,
} from '../../../../src/handoff/words/piped-text.ts';
import { scriptedInput } from '../scripted-session.ts';

const DIFF = 'diff --git a/a.ts b/a.ts\n@@ -1,2 +1,2 @@ export\n-old\n+new\n';

const parts = fc
	.array(
		fc.constantFrom(
			'<stdin-',
			'</stdin-',
			'00000000>',
			'>\n',
			'\n',
			'\n\n',
			'x',
			'@',
			' ',
			'</stdin-12345678>',
		),
	)
	.map((pieces) => pieces.join(''));

describe('text piped in with a task', () => {
	it('follows the task and a blank line in a fence', () => {
		expect(withPipedText('review this', DIFF)).toMatch(
			/^review this\n\n<(stdin-[0-9a-f]{8})>\ndiff --git[\s\S]*\n\+new\n<\/\1>$/,
		);
	});

	it('is found again behind any task, and cannot end its own fence', () => {
		fc.assert(
			fc.property(fc.constantFrom('x', 'two\n', 'say <stdin-00000000>'), parts, (task, material) => {
				const text = withPipedText(task, material);
				const found = splitPipedText(text);
				expect(found?.material.replace(/\n$/, '')).toBe(material.replace(/\n$/, ''));
				expect(found && text.startsWith(task) && found.head + found.material + found.tail).toBe(text);
				expect(text.split(found?.tail ?? '?')).toHaveLength(2);
			}),
		);
	});

	it('is distinguished from words that were typed', () => {
		for (const typed of ['review this', 'a\n\n<stdin-00000000>\nb', '<stdin-00000000>\nb\n</stdin-00000000>'])
			expect(splitPipedText(typed)).toBeNull();
	});

	it('opens no file in the CLI, while the words before it may', () => {
		const sent = withInertMaterial(
			withPipedText('look at @a.ts', '@.env\n@@ -1 +1 @@\n'),
			claudeAdapter.inert,
		);
		expect(sent).toContain('look at @a.ts\n');
		expect(sent).toContain('\n@\u2060.env\n@@ -1 +1 @@\n');
	});

	it('gives way in a packet before the words do, and the cut is announced', () => {
		const words = 'Review this diff. Never touch the parser; the tests must stay as they are.';
		const prompt = withPipedText(words, `FIRST\n${DIFF.repeat(20_000)}LAST\n`);
		const { markdown } = buildPacket(
			scriptedInput([{ user: prompt, agent: 'claude', status: 'limited', acts: [] }], {
				nowPrompt: { text: prompt, isInterrupted: true },
				budgetBytes: 24_576,
			}),
		);
		expect(Buffer.byteLength(markdown)).toBeLessThanOrEqual(24_576);
		expect(markdown).toContain(`${words}\n\n<stdin-`);
		expect(markdown).toContain('\nFIRST\n');
		expect(markdown).toContain('\nLAST\n');
		expect(markdown).toMatch(/\[\d+ bytes of what was piped in left out here; whole in \S+\]/);
	});

	it('opens no file of the CLI that a packet is for', () => {
		const prompt = withPipedText('look', '@.env\n');
		const { markdown } = buildPacket(
			scriptedInput([{ user: prompt, agent: 'codex', status: 'limited', acts: [] }], {
				nowPrompt: { text: prompt, isInterrupted: true },
				inert: claudeAdapter.inert,
			}),
		);
		expect(markdown).not.toContain('@.env');
	});
});
