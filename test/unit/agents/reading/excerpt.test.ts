import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { excerptOutput } from '../../../../src/agents/reading/excerpt.ts';

const log = (lines: number) =>
	Array.from({ length: lines }, (_, i) => `[${i}] step ${i * 7} is fine`).join('\n');
/** 16 KiB and the words of the notice. */
const CAP = 16 * 1024 + 120;

describe('the part of an output that an event keeps', () => {
	it('is the whole of a short one', () => {
		expect(excerptOutput('a\nb')).toBe('a\nb');
	});

	it.each([
		['a panic and its message', "thread 'x' panicked at src/a.rs:3\n  left: 1\n right: 2", ' right: 2'],
		['a Java cause', 'java.lang.IllegalStateException: closed\nCaused by: ORA-01555', 'Caused by: ORA-01555'],
		['a summary', '12 passed, 1 failed', '12 passed, 1 failed'],
		['an error in German', 'Fehler: Datei fehlt', 'Fehler: Datei fehlt'],
	])('has, from the middle of a long one, %s', (_, inside, wanted) => {
		const kept = excerptOutput(`${log(3000)}\n${inside}\n${log(3000)}`);
		expect(kept).toContain(wanted);
		expect(kept.length).toBeLessThan(CAP);
	});

	it('does not fill up with one error that comes again and again', () => {
		const repeated = Array.from({ length: 4000 }, (_, i) => `error: retry ${i} of object ${i * 31}`).join(
			'\n',
		);
		const kept = excerptOutput(`${log(600)}\nTypeError: the first cause\n${repeated}\n${log(900)}`);
		expect(kept).toContain('TypeError: the first cause');
	});

	it('says how much is missing: kept text and that number are the whole', () => {
		fc.assert(
			fc.property(
				fc.array(fc.constantFrom('fine\n', 'error: x\n', '日本語\n', 'y'.repeat(900)), { maxLength: 900 }),
				(parts) => {
					const output = parts.join('');
					const kept = excerptOutput(output);
					if (kept === output) return;
					expect(kept.length).toBeLessThan(CAP);
					const left = Number(/\[… (\d+) characters left out/.exec(kept)?.[1]);
					const notice = kept.indexOf('\n[… ');
					const tail = output.slice(notice + left);
					expect(kept.slice(0, notice)).toBe(output.slice(0, notice));
					expect(kept.endsWith(tail)).toBe(true);
				},
			),
			{ numRuns: 60 },
		);
	});
});
