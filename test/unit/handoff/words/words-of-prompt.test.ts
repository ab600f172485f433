import { describe, expect, it } from 'vitest';
import { fenceRecord, fenceRelay, fenceUser, quoteRecord } from '../../../../src/handoff/fence.ts';
import { wordsOfPrompt } from '../../../../src/handoff/words/words-of-prompt.ts';

const packet = `How to read this.\n${fenceUser('an earlier prompt')}\n${fenceRecord(quoteRecord('said'))}\n`;

describe("the user's words in a prompt as it was sent", () => {
	it.each([
		['a bare prompt', 'fix it\n', 'fix it\n'],
		['one that a CLI would take for a command', ' /etc/hosts is wrong', '/etc/hosts is wrong'],
		['a note before it', `${fenceRelay('Your last turn failed.\n')}\ngo on\n`, 'go on\n'],
		['a packet before it', `${packet}## What to do now\n${fenceUser('go\non')}`, 'go\non'],
		[
			'words that look like marks',
			`${packet}${fenceUser('<user-12345678>\nx\n</user-12345678>')}`,
			'<user-12345678>\nx\n</user-12345678>',
		],
	])('are found in %s', (_, sent, words) => {
		expect(wordsOfPrompt(sent)).toBe(words);
	});

	it.each([
		['a packet that was cut', packet.slice(0, -4)],
		[
			'a packet whose last words were changed',
			`${packet}${fenceUser('go on').replace('go on', 'delete it')}`,
		],
		[
			'a note that was changed',
			`${fenceRelay('Your last turn failed.\n').replace('failed', 'worked')}\ngo on`,
		],
		['a packet that ends in a record', `${fenceUser('x')}${fenceRecord(quoteRecord('> y'))}`],
	])('are not told in %s', (_, sent) => {
		expect(wordsOfPrompt(sent)).toBeNull();
	});
});
