import { describe, expect, it } from 'vitest';
import { decisiveLines } from '../../../../src/handoff/commands/decisive-lines.ts';
import { logNoise } from '../scripted-session.ts';

const failing = { maxLines: 5, maxLineChars: 200, isFailure: true, clean: (line: string) => line };

describe('decisiveLines', () => {
	it('finds the error and the summary among log lines', () => {
		const out = `${logNoise(60)}\nAssertionError: a is 1, want 2\n${logNoise(60)}\n3/4 checks hold`;
		const lines = decisiveLines(out, failing);
		expect(lines).toContain('AssertionError: a is 1, want 2');
		expect(lines.at(-1)).toBe('3/4 checks hold');
	});

	it('prefers the message to the frames of a stack', () => {
		const out = `TypeError: x is not a function\n${Array.from({ length: 20 }, (_, i) => `    at f${i} (node:internal/m:${i}:1)`).join('\n')}`;
		expect(decisiveLines(out, failing)).toEqual(['TypeError: x is not a function']);
	});

	it('returns the last lines of a failure that names nothing', () => {
		expect(decisiveLines('a\nb\nc\nd\ne', failing)).toEqual(['c', 'd', 'e']);
	});

	it('returns only the summary of a success', () => {
		const out = `${logNoise(30)}\nexpected output looked at\nTests  12 passed (12)`;
		expect(decisiveLines(out, { ...failing, isFailure: false })).toEqual(['Tests  12 passed (12)']);
		expect(decisiveLines(logNoise(30), { ...failing, isFailure: false })).toEqual([]);
	});

	it('returns what a successful command measured at its end, but no line of its log', () => {
		const passing = { ...failing, isFailure: false };
		expect(decisiveLines(`${logNoise(30)}\nquery p99 34 ms\n`, passing)).toEqual(['query p99 34 ms']);
		expect(decisiveLines('bundle.js  412.5KB\n', passing)).toEqual(['bundle.js  412.5KB']);
		expect(decisiveLines(`took 12 ms\n${'more\n'.repeat(5)}`, passing)).toEqual([]);
		expect(decisiveLines('port: 3000\nname: msx 12 msgs\n', passing)).toEqual([]);
	});

	it('cuts long lines and repeats none', () => {
		const lines = decisiveLines(`error: ${'x'.repeat(500)}\nerror: b\nerror: b`, {
			...failing,
			maxLineChars: 50,
		});
		expect(lines.map((line) => line.length)).toEqual([50, 8]);
	});
});
