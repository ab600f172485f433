import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { excerptOutput } from '../../../../src/agents/reading/excerpt.ts';
import { columnsOf } from '../../../../src/ui/text-width.ts';
import { createTheme } from '../../../../src/ui/theme.ts';
import { firstFailure, outputBlock, readOutput } from '../../../../src/view/transcript/output-lines.ts';
import { growthOf, LINEAR } from '../../../helpers/growth.ts';

const theme = createTheme(false);
const numbered = (count: number, word = 'line') =>
	Array.from({ length: count }, (_, at) => `${word} ${at + 1}`);
const block = (
	lines: readonly string[],
	{
		hasFailed = false,
		columns = 79,
		rows = 24,
		exitCode = 0,
	}: Partial<Record<'columns' | 'rows' | 'exitCode', number>> & {
		hasFailed?: boolean;
	} = {},
) => {
	const text = `${lines.join('\n')}\n`;
	return outputBlock({ text, bytes: text.length, exitCode }, { hasFailed, theme, size: { columns, rows } });
};

/** What the runners print when the second of two tests fails, without what never changes the choice. */
const RUNNERS: ReadonlyArray<[string, string[], string]> = [
	[
		'vitest',
		[
			' ✓ test/a.test.js (3 tests) 2ms',
			' ❯ test/b.test.js (24 tests | 1 failed) 12ms',
			'   ✓ reports an error',
			'   × names an empty title',
			' FAIL  test/b.test.js > names an empty title',
			"AssertionError: expected '' to be 'untitled'",
		],
		' FAIL  test/b.test.js > names an empty title',
	],
	[
		'jest',
		['PASS test/error.test.js', 'FAIL test/b.test.js', '  ● names an empty title'],
		'FAIL test/b.test.js',
	],
	[
		'node:test',
		['✔ shows no error (0.3ms)', '✖ names an empty title (1.2ms)', 'ℹ fail 1'],
		'✖ names an empty title (1.2ms)',
	],
	['tap', ['ok 1 - error: none', 'not ok 2 - names an empty title'], 'not ok 2 - names an empty title'],
	[
		'mocha',
		['    ✔ handles errors', '    1) names an empty title', '  1 failing'],
		'    1) names an empty title',
	],
	[
		'pytest',
		[
			'test_a.py ..   [ 66%]',
			'test_b.py F    [100%]',
			'=========== FAILURES ===========',
			'E   assert 1 == 2',
		],
		'=========== FAILURES ===========',
	],
	[
		'unittest',
		['test_ok (T.test_ok) ... ok', 'ERROR: test_b (T.test_b)', 'Traceback (most recent call last):'],
		'ERROR: test_b (T.test_b)',
	],
	[
		'go',
		['=== RUN   TestError', '--- PASS: TestA (0.00s)', '--- FAIL: TestB (0.00s)', 'FAIL'],
		'--- FAIL: TestB (0.00s)',
	],
	[
		'cargo',
		[
			'test tests::reports_error ... ok',
			'test tests::b ... FAILED',
			"thread 'tests::b' panicked at src/lib.rs:3:9:",
		],
		'test tests::b ... FAILED',
	],
	[
		'rustc',
		['   Compiling shop v0.1.0', 'error[E0382]: borrow of moved value', 'error: could not compile'],
		'error[E0382]: borrow of moved value',
	],
	[
		'tsc',
		['src/errors/error.ts', "src/a.ts(3,5): error TS2304: Cannot find name 'x'."],
		"src/a.ts(3,5): error TS2304: Cannot find name 'x'.",
	],
	[
		'eslint',
		['/repo/src/error.js', "  12:5  error  'x' is not defined  no-undef"],
		"  12:5  error  'x' is not defined  no-undef",
	],
	['gcc', ['cc -c error.c', 'a.c:3:5: error: expected expression'], 'a.c:3:5: error: expected expression'],
	['gtest', ['[       OK ] S.A (0 ms)', '[  FAILED  ] S.B (0 ms)'], '[  FAILED  ] S.B (0 ms)'],
	[
		'rspec',
		['Finished with 0 errors so far', '  1) Shop is open', '     Failure/Error: expect(x).to be 1'],
		'     Failure/Error: expect(x).to be 1',
	],
	['maven', ['[INFO] Errors: 0', '[ERROR] Failed to execute goal'], '[ERROR] Failed to execute goal'],
	['junit', ['ShopTest > opens PASSED', 'ShopTest > closes FAILED'], 'ShopTest > closes FAILED'],
	['git', ['remote: counting', 'fatal: not a git repository'], 'fatal: not a git repository'],
	['npm', ['> build', 'npm ERR! missing script: build'], 'npm ERR! missing script: build'],
	[
		'java',
		['Starting', 'Exception in thread "main" java.lang.IllegalStateException: closed'],
		'Exception in thread "main" java.lang.IllegalStateException: closed',
	],
	[
		'panic',
		['listening', 'panic: runtime error: index out of range'],
		'panic: runtime error: index out of range',
	],
];

describe('the first line that looks like a failure', () => {
	it.each(RUNNERS)('is found in what %s prints', (_name, lines, expected) => {
		expect(lines[firstFailure(lines) ?? -1]).toBe(expected);
	});

	it.each([
		['a build without errors', ['Found 0 errors. Watching.', '3 passed, 0 failed', 'no errors']],
		['names of files', ['src/error.ts', 'compiled error-page.html', 'lib/fatal/panic.js']],
		['tests that passed', ['ok 1 - error', ' ✓ shows an error', 'PASS src/error.test.js']],
	])('is not seen in %s', (_name, lines) => {
		expect(firstFailure(lines)).toBeNull();
	});
});

describe('the output of a command', () => {
	it('is its last three lines where it passed, one on a low terminal, with blank ones dropped', () => {
		const lines = [...numbered(27), '', 'two to go', '   ', 'done'];
		expect(block(lines)).toEqual({
			rows: ['  │ line 27', '  │ two to go', '  │ done'],
			left: 'last 3 of 31 lines',
		});
		expect(block(lines, { rows: 19 }).rows).toEqual(['  │ done']);
		expect(block(['one', 'two'])).toEqual({ rows: ['  │ one', '  │ two'], left: null });
		expect(block([''])).toEqual({ rows: [], left: null });
	});

	it('begins at the first failing line where that is not among the last', () => {
		const lines = [...numbered(20, 'ok'), 'FAIL a > b', ...numbered(36, 'why'), 'one', 'two', 'three'];
		const failed = block(lines, { hasFailed: true, exitCode: 1 });
		expect(failed.rows).toEqual([
			'  │ FAIL a > b',
			...numbered(7, 'why').map((line) => `  │ ${line}`),
			'  ⋮ 29 lines',
			'  │ one',
			'  │ two',
			'  │ three',
		]);
		expect(failed.left).toBe('11 of 60 lines');
		expect(block(lines, { hasFailed: true, rows: 15 }).rows).toEqual([
			'  │ FAIL a > b',
			'  │ why 1',
			'  │ why 2',
			'  ⋮ 35 lines',
			'  │ two',
			'  │ three',
		]);
	});

	it('is its last twelve lines where the failure is among them, or nothing says what failed', () => {
		const late = [...numbered(30), 'Error: no', ...numbered(11)];
		expect(block(late, { hasFailed: true }).rows[0]).toBe('  │ Error: no');
		expect(block(late, { hasFailed: true }).left).toBe('last 12 of 42 lines');
		expect(block(numbered(30), { hasFailed: true }).rows).toHaveLength(12);
		expect(block(numbered(30), { hasFailed: true, rows: 15 }).rows).toHaveLength(6);
	});

	it('is safe to see: without colours, with the last state of a progress bar, cut at the width', () => {
		const lines = ['\u001b[31mred\u001b[0m', '10%\r50%\r100%', `\u001b]52;c;aGk=\u0007${'漢字'.repeat(40)}`];
		const { rows } = block(lines, { columns: 39 });
		expect(rows.slice(0, 2)).toEqual(['  │ red', '  │ 100%']);
		expect(rows[2]).toMatch(/^ {2}│ 漢字.*…$/);
		expect(columnsOf(rows[2] ?? '')).toBeLessThanOrEqual(39);
	});

	it('does not count the line by which claude reports the exit code', () => {
		const failed = block(['Exit code 2', 'no such file'], { hasFailed: true, exitCode: 2 });
		expect(failed).toEqual({ rows: ['  │ no such file'], left: null });
		expect(block(['Exit code 3'], { exitCode: 0 }).rows).toEqual(['  │ Exit code 3']);
	});

	it('says how large it is where only an excerpt was kept, whose announcements are not its lines', () => {
		const whole = numbered(9000, 'a longer line, number').join('\n');
		const output = { text: excerptOutput(whole), bytes: whole.length, exitCode: 0 };
		const shown = outputBlock(output, { hasFailed: false, theme, size: { columns: 79, rows: 24 } });
		expect(shown.left).toBe('last 3 lines of 236 KB');
		expect(readOutput(output).lines.filter((line) => line.includes('left out'))).toEqual([]);
	});

	it('keeps to its rows and its width whatever a command prints', () => {
		const line = fc.oneof(
			fc.string({ unit: 'binary', maxLength: 60 }),
			fc.constantFrom('', 'FAIL x', 'error: y'),
		);
		fc.assert(
			fc.property(
				fc.array(line, { maxLength: 60 }),
				fc.boolean(),
				fc.boolean(),
				(lines, hasFailed, isLow) => {
					const { rows } = block(lines, { hasFailed, columns: 39, rows: isLow ? 15 : 24 });
					expect(rows.length).toBeLessThanOrEqual(hasFailed ? (isLow ? 6 : 12) : isLow ? 1 : 3);
					for (const row of rows) expect(columnsOf(row)).toBeLessThanOrEqual(39);
				},
			),
		);
	});

	it('takes time in proportion to what was printed', () => {
		const print = (count: number) => void block([`${'x'.repeat(count)} errors`], { hasFailed: true });
		expect(growthOf(print, 400)).toBeLessThan(LINEAR);
	});
});
