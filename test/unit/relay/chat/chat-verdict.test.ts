import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readVerdict, withoutVerdict } from '../../../../src/relay/chat/chat-verdict.ts';
import { growthOf, LINEAR } from '../../../helpers/growth.ts';

describe('the verdict of a message', () => {
	it.each([
		['RELAY: DONE', 'done'],
		['Fine by me.\n\nRELAY: DONE', 'done'],
		['Fine.\nRELAY: CONTINUE\n\n  \n', 'continue'],
		['Fine.\r\nRELAY: DONE\r\n', 'done'],
		['Fine.\n**RELAY: DONE**', 'done'],
		['Fine.\n**RELAY:** DONE', 'done'],
		['Fine.\n`RELAY: CONTINUE`', 'continue'],
		['Fine.\n_relay: done_.', 'done'],
		['Fine.\nRELAY:DONE', 'done'],
		['```js\ncode\n```\nRELAY: DONE', 'done'],
		['~~~\n```\n~~~\nRELAY: DONE', 'done'],
		['RELAY: DONE\nNo, wait.\nRELAY: CONTINUE', 'continue'],
	])('%j is read', (message, verdict) => {
		expect(readVerdict(message)).toBe(verdict);
	});

	it.each([
		[''],
		['\n\n'],
		['done'],
		['RELAY: DONE\nbut one thing more'],
		['You said RELAY: DONE'],
		['RELAY: DONE or RELAY: CONTINUE'],
		['RELAY: DONE RELAY: CONTINUE'],
		['> RELAY: DONE'],
		['He ended with:\n> RELAY: DONE'],
		['```\nRELAY: DONE'],
		['```\nRELAY: DONE\n```'],
		['~~~\nx\n```\nRELAY: DONE'],
		['````\n```\nRELAY: DONE'],
		['```RELAY: DONE```'],
		['    RELAY: DONE'],
		['\tRELAY: DONE'],
		['- RELAY: DONE'],
		['# RELAY: DONE'],
		['"RELAY: DONE"'],
		['RELAY: DONE?'],
		['RELAY: UNDONE'],
		['NOT RELAY: DONE'],
		['RELAY: DONE (if you insist)'],
		['RELAY: D\u200bONE'],
		['RЕLAY: DONE'],
		['RELAY: ＤＯＮＥ'],
	])('%j is none', (message) => {
		expect(readVerdict(message)).toBeNull();
	});

	it('is not looked for in a last line that is too long for one', () => {
		expect(readVerdict(`RELAY: ${' '.repeat(200_000)}DONE`)).toBeNull();
		expect(readVerdict(`${'*'.repeat(200_000)}RELAY: DONE`)).toBeNull();
	});

	it('depends only on the last line, except for code blocks', () => {
		const prose = fc.string({
			unit: fc.constantFrom('a', ' ', '\n', '>', 'RELAY: DONE', 'RELAY: CONTINUE', '**'),
		});
		fc.assert(
			fc.property(prose, fc.constantFrom('DONE', 'CONTINUE'), (before, word) => {
				expect(readVerdict(`${before}\nRELAY: ${word}`)).toBe(word.toLowerCase());
				expect(readVerdict(`${before}\nRELAY: ${word}\nand more`)).toBeNull();
			}),
		);
	});

	it('is removed for callers that want only the words', () => {
		expect(withoutVerdict('Fine.\n\n**RELAY: DONE**\n')).toBe('Fine.');
		expect(withoutVerdict('You said RELAY: DONE\n')).toBe('You said RELAY: DONE');
	});

	it('takes time proportional to the length of the message', () => {
		const message = (words: number) => `${'word '.repeat(words)}\n${'line\n'.repeat(words)}RELAY: DONE`;
		expect(readVerdict(message(100_000))).toBe('done');
		expect(growthOf((words) => void readVerdict(message(words)))).toBeLessThan(LINEAR);
	});
});
