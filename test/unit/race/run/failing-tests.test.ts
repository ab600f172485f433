import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countFailingTests } from '../../../../src/race/run/failing-tests.ts';

const count = (text: string, isWhole = true) => countFailingTests({ text, isWhole });
const NPM =
	'\nnpm error Lifecycle script `test` failed with error:\nnpm error code 1\nnpm error path /repo\n';

const OUTPUTS: ReadonlyArray<readonly [runner: string, output: string, failing: number]> = [
	[
		'vitest',
		'\x1b[2m Test Files \x1b[22m \x1b[31m1 failed\x1b[39m | \x1b[32m3 passed\x1b[39m (4)\n\x1b[2m      Tests \x1b[22m \x1b[31m2 failed\x1b[39m\x1b[2m | \x1b[22m\x1b[32m40 passed\x1b[39m\x1b[90m (42)\x1b[39m\n   Start at  10:00:00\n   Duration  1.2s\n',
		2,
	],
	['vitest, all green', ' Test Files  4 passed (4)\n      Tests  42 passed (42)\n   Start at  10:00:00\n', 0],
	[
		'jest',
		'Test Suites: 1 failed, 2 passed, 3 total\nTests:       3 failed, 1 skipped, 20 passed, 24 total\nSnapshots:   0 total\nTime:        1.9 s\nRan all test suites.\n',
		3,
	],
	[
		'mocha',
		'  ✔ adds\n  1) subtracts\n\n  5 passing (12ms)\n  1 pending\n  2 failing\n\n  1) subtracts:\n      AssertionError: 1 == 2\n',
		2,
	],
	['mocha, all green', '\n  5 passing (12ms)\n', 0],
	[
		'node:test (spec)',
		'✖ b (1ms)\nℹ tests 3\nℹ suites 0\nℹ pass 1\nℹ fail 2\nℹ cancelled 0\nℹ skipped 0\nℹ todo 0\nℹ duration_ms 50\n\n✖ failing tests:\n\ntest at a.test.js:3:1\n✖ b (1ms)\n',
		2,
	],
	[
		'node:test (TAP)',
		'TAP version 13\nnot ok 1 - a\n1..3\n# tests 3\n# suites 0\n# pass 1\n# fail 1\n# cancelled 1\n# skipped 0\n# todo 0\n# duration_ms 5\n',
		2,
	],
	[
		'pytest',
		'FAILED test_a.py::test_b\n=================== 2 failed, 3 passed, 1 error in 0.12s ===================\n',
		3,
	],
	['pytest -q', 'FAILED test_a.py::test_b - assert 1 == 2\n1 failed, 3 passed in 0.12s\n', 1],
	['unittest', 'Ran 10 tests in 0.001s\n\nFAILED (failures=2, errors=1)\n', 3],
	[
		'go test',
		'--- FAIL: TestA (0.00s)\n    --- FAIL: TestA/one (0.00s)\n        a_test.go:5: no\n--- FAIL: TestB (0.01s)\nFAIL\nFAIL\texample.org/a\t0.003s\nok  \texample.org/b\t0.002s\nFAIL\n',
		2,
	],
	[
		'cargo test',
		'test result: ok. 4 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\ntest result: FAILED. 1 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\nerror: test failed, to rerun pass `--test b`\n',
		3,
	],
	[
		'rspec',
		'Finished in 0.02 seconds\n10 examples, 2 failures, 1 pending\n\nFailed examples:\n\nrspec ./a_spec.rb:3 # A b\n',
		2,
	],
	['phpunit', 'FAILURES!\nTests: 10, Assertions: 20, Errors: 1, Failures: 2.\n', 3],
	['phpunit, all green', 'OK (10 tests, 20 assertions)\n', 0],
	['minitest', '10 runs, 20 assertions, 2 failures, 1 errors, 0 skips\n', 3],
	[
		'dotnet test',
		'Failed!  - Failed:     2, Passed:     3, Skipped:     0, Total:     5, Duration: 20 ms - a.dll (net8.0)\nPassed!  - Failed:     0, Passed:     3, Skipped:     0, Total:     3, Duration: 20 ms - b.dll (net8.0)\n',
		2,
	],
	[
		'maven',
		'[ERROR] Tests run: 2, Failures: 1, Errors: 0, Skipped: 0, Time elapsed: 0.03 s <<< FAILURE! -- in a.ATest\n[INFO] Results:\n[ERROR] Tests run: 5, Failures: 1, Errors: 1, Skipped: 0\n[INFO] BUILD FAILURE\n',
		2,
	],
	['gradle', '5 tests completed, 2 failed\n\nFAILURE: Build failed with an exception.\n', 2],
];

describe('the number of failing tests', () => {
	it.each(OUTPUTS)('is read from the summary of %s', (_runner, output, failing) => {
		expect(count(output)).toBe(failing);
		expect(count(output + NPM)).toBe(failing);
	});

	it.each([
		['nothing', ''],
		['words about tests', '2 tests failed, I think\nTests: 2 failed\nfail 3\n'],
		[
			'a compiler',
			'error[E0425]: cannot find value `x`\nerror: could not compile `a` due to 2 previous errors\n',
		],
		[
			'a build that failed under go test',
			'--- FAIL: TestA (0.00s)\nFAIL\texample.org/b [build failed]\nFAIL\n',
		],
		['rspec that could not load a file', '3 examples, 1 failure, 1 error occurred outside of examples\n'],
		['two runners', `${OUTPUTS[0]?.[1]}${OUTPUTS[7]?.[1]}`],
		[
			'two summaries of one runner that differ',
			'Tests:       3 failed, 3 total\nTests:       1 failed, 3 total\n',
		],
	])('is not told by %s', (_what, output) => {
		expect(count(output)).toBeNull();
	});

	it('is not taken from a summary that the tests themselves printed long before the end', () => {
		const printed = 'Tests:       3 failed, 20 passed, 23 total\n';
		expect(count(printed + 'a line\n'.repeat(60))).toBeNull();
	});

	it('is not added up where the beginning of the output is gone', () => {
		expect(count('--- FAIL: TestB (0.01s)\nFAIL\n', false)).toBeNull();
		expect(count('Tests:       1 failed, 3 total\n', false)).toBe(1);
	});

	it('is null or a whole number for any output', () => {
		const piece = fc.oneof(fc.string(), fc.constantFrom(...OUTPUTS.map(([, output]) => output)));
		fc.assert(
			fc.property(fc.array(piece, { maxLength: 4 }), fc.boolean(), (pieces, isWhole) => {
				const found = count(pieces.join('\n'), isWhole);
				expect(found === null || (Number.isSafeInteger(found) && found >= 0)).toBe(true);
			}),
		);
	});
});
