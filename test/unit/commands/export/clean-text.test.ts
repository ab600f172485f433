import { describe, expect, it } from 'vitest';
import { createCleaner } from '../../../../src/commands/export/gather/clean-text.ts';
import { createRedactor } from '../../../../src/handoff/redact.ts';

const KEY = 'sk-ant-api03-AAAAAAAAAAbbbbbbbbbbCCCCCCCCCC1234567890ddddddddddEEEEEEEEEE-abcdefAA';
const cleaner = (homes = ['/home/ann', '/']) =>
	createCleaner({ redactor: createRedactor(['known-value-1']), homes });
const plain = { what: 'the answer', whole: 'turns/001-output.md', onCut: () => undefined };

describe('text on its way into an export', () => {
	it('has no secrets and nothing a terminal obeys, and says what it took out', () => {
		const own = cleaner();
		expect(own.text(`\u001b[31mkey ${KEY} and known-value-1\u001b[0m \u202e`)).toBe(
			'key [redacted: API key] and [redacted: secret value] <U+202E>',
		);
		expect(own.data({ known: ['known-value-1', 1, null], b: { c: 'x' } })).toEqual({
			known: ['[redacted: secret value]', 1, null],
			b: { c: 'x' },
		});
		expect(own.report().removed).toEqual([
			{ kind: 'secret value', count: 2 },
			{ kind: 'API key', count: 1 },
		]);
	});

	it.each([
		['/home/ann/repo/a.ts', '~/repo/a.ts'],
		['cd /home/ann && ls', 'cd ~ && ls'],
		['"/home/ann"', '"~"'],
		['/home/anna/x /home/ann.old/x', '/home/anna/x /home/ann.old/x'],
		['/mnt/home/ann/x', '/mnt/home/ann/x'],
		['file:///home/ann/x', 'file://~/x'],
	])('names the home folder ~: %s', (text, expected) => {
		expect(cleaner().text(text)).toBe(expected);
	});

	it('leaves all of that in where nothing is to be taken out', () => {
		const own = createCleaner({ redactor: null, homes: ['/home/ann'] });
		expect(own.text(`/home/ann ${KEY}\u0007`)).toBe(`/home/ann ${KEY}\\x07`);
		expect(own.report()).toEqual({ is_redacted: false, removed: [], home_paths: 0, shortened: 0 });
	});

	it('shortens to beginning and end, and says how much is left out and where it is', () => {
		const own = cleaner();
		const cuts: string[] = [];
		const lines = Array.from({ length: 40_000 }, (_, i) => `line ${i}`).join('\n');
		const short = own.clip(lines, { ...plain, maxChars: 1000, onCut: (words) => cuts.push(words) });
		expect(short.length).toBeLessThan(1200);
		expect(short).toMatch(/^line 0\nline 1\n/);
		expect(short).toMatch(
			/\nline \d+\n\n\[… \d+ KB left out here; the whole is in turns\/001-output\.md …\]\n\nline \d+\n/,
		);
		expect(short).toMatch(/\nline 39999$/);
		expect(cuts).toEqual([
			expect.stringMatching(/^\d+ KB of the answer; the whole is in turns\/001-output\.md$/),
		]);
		expect(own.report().shortened).toBe(1);
		expect(own.clip('short', { ...plain, maxChars: 1000 })).toBe('short');
	});

	it('leaves no half of a secret where it cuts, wherever that is', () => {
		const secret = `known-value-1 ${KEY}`;
		for (let at = 700; at < 800; at += 7) {
			const text = `${'x '.repeat(at / 2)}${secret}${' y'.repeat(200_000)}${secret}${' z'.repeat((1000 - at) / 2)}`;
			expect(cleaner().clip(text, { ...plain, maxChars: 1000 })).not.toMatch(
				/known-value|sk-ant|abcdefAA|EEEE/,
			);
		}
	});

	it('leaves no half of a secret where most of the text before the cut is taken out', () => {
		const secret = `value-${'k'.repeat(30_000)}-end`;
		const own = createCleaner({ redactor: createRedactor([secret]), homes: [] });
		const text = `${secret} `.repeat(20);
		expect(own.clip(text, { ...plain, maxChars: 1000 })).not.toMatch(/value-k|kkk|k-end/);
	});
});
