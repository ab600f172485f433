/**
 * How many tests fail, as a known test runner says at the end of its output. Pure. The output is of the entrant's own
 * making, so a number is taken only from where the runner puts its summary, and none where two could be meant.
 */
import stripAnsi from 'strip-ansi';

export interface OutputEnd {
	text: string;
	/** False: the beginning was dropped, so counts over the whole output are not known. */
	isWhole: boolean;
}

/** Lines after which a summary that ends the output is no longer looked for: npm adds up to a dozen of its own. */
const SUMMARY_LINES = 40;

interface Runner {
	/**
	 * `end`: one summary, in the last lines. `block`: one summary, with the story of each failure after it. `each`: one a
	 * package or module, to be added up.
	 */
	place: 'end' | 'block' | 'each';
	/** Failing tests by the summary that begins at this line; null: none begins here. NaN: some, without a number. */
	read: (line: string, following: readonly string[]) => number | null;
}

const RUNNERS: Readonly<Record<string, Runner>> = {
	vitest: {
		place: 'end',
		read: (line) => (/^ *Tests {2}(?=.*\(\d+\)$)/.test(line) ? numberIn(line, /(\d+) failed/) : null),
	},
	jest: {
		place: 'end',
		read: (line) => (/^Tests: +.*\d+ total$/.test(line) ? numberIn(line, /(\d+) failed/) : null),
	},
	pytest: {
		place: 'end',
		read: (line) =>
			/^(?:=+ )?\d+ (?:failed|passed|errors?|skipped)\b.* in [\d.]+s\b/.test(line)
				? numberIn(line, /(\d+) failed/) + numberIn(line, /(\d+) errors?\b/)
				: null,
	},
	unittest: {
		place: 'end',
		read: (line) =>
			/^FAILED \((?:failures|errors)=/.test(line)
				? numberIn(line, /failures=(\d+)/) + numberIn(line, /errors=(\d+)/)
				: null,
	},
	rspec: {
		place: 'block',
		read: (line) => {
			if (!/^\d+ examples?, \d+ failures?\b/.test(line)) return null;
			return line.includes('outside of examples') ? Number.NaN : numberIn(line, /(\d+) failures?/);
		},
	},
	minitest: {
		place: 'end',
		read: (line) =>
			/^\d+ (?:runs|tests), \d+ assertions, /.test(line)
				? numberIn(line, /(\d+) failures/) + numberIn(line, /(\d+) errors/)
				: null,
	},
	phpunit: {
		place: 'end',
		read: (line) => {
			if (/^OK \(\d+ tests?, \d+ assertions?\)/.test(line)) return 0;
			if (!/^Tests: \d+, Assertions: \d+/.test(line)) return null;
			return numberIn(line, /Failures: (\d+)/) + numberIn(line, /Errors: (\d+)/);
		},
	},
	mocha: {
		place: 'block',
		read: (line, following) => {
			if (!/^ {2}\d+ passing \(/.test(line)) return null;
			const failing = following
				.slice(0, MOCHA_LINES)
				.find((next) => !/^ {2}\d+ (?:pending|failing)$/.test(next) || next.endsWith('failing'));
			return failing === undefined ? 0 : numberIn(failing, /^ {2}(\d+) failing$/);
		},
	},
	nodeTest: {
		place: 'block',
		read: (line, following) => {
			const mark = /^(#|ℹ) tests \d+$/.exec(line)?.[1];
			if (mark === undefined) return null;
			const block = following.slice(0, NODE_LINES).filter((next) => next.startsWith(`${mark} `));
			const countOf = (name: string) => {
				const found = block.find((next) => next.startsWith(`${mark} ${name} `));
				return found === undefined ? Number.NaN : Number(found.slice(`${mark} ${name} `.length));
			};
			return countOf('fail') + countOf('cancelled');
		},
	},
	cargo: {
		place: 'each',
		read: (line) => (/^test result: (?:ok|FAILED)\. /.test(line) ? numberIn(line, /(\d+) failed/) : null),
	},
	go: {
		place: 'each',
		read: (line) => {
			if (/^FAIL\t.*\[(?:build|setup) failed\]$|^panic: /.test(line)) return Number.NaN;
			if (/^ok {2}\t\S+\t/.test(line)) return 0;
			return /^--- FAIL: \S+ \([\d.]+s\)$/.test(line) ? 1 : null;
		},
	},
	dotnet: {
		place: 'each',
		read: (line) =>
			/^(?:Failed|Passed)! +- Failed: +\d+, Passed: +\d+/.test(line)
				? numberIn(line, /Failed: +(\d+)/)
				: null,
	},
	maven: {
		place: 'each',
		read: (line) =>
			/^\[(?:ERROR|WARNING|INFO)\] +Tests run: \d+, Failures: \d+, Errors: \d+, Skipped: \d+$/.test(line)
				? numberIn(line, /Failures: (\d+)/) + numberIn(line, /Errors: (\d+)/)
				: null,
	},
	gradle: {
		place: 'each',
		read: (line) => {
			const match = /^\d+ tests? completed(?:, (\d+) failed)?(?:, \d+ skipped)?$/.exec(line);
			return match === null ? null : Number(match[1] ?? 0);
		},
	},
};

/** Pending and failing stand right below. */
const MOCHA_LINES = 2;
/** suites, pass, fail, cancelled, skipped, todo, duration_ms. */
const NODE_LINES = 8;

/** null: no known runner says it, or more than one could be meant. */
export function countFailingTests({ text, isWhole }: OutputEnd): number | null {
	const lines = stripAnsi(text)
		.split(/\r?\n|\r/)
		.map((line) => line.trimEnd())
		.filter((line) => line !== '');
	const reports = Object.values(RUNNERS).flatMap((runner) => {
		const found = countOf(runner, lines, isWhole);
		return found === null ? [] : [found];
	});
	const [only, ...others] = reports;
	return only === undefined || others.length > 0 || Number.isNaN(only) ? null : only;
}

/** null: this runner said nothing. NaN: it did, without a number. */
function countOf({ place, read }: Runner, lines: readonly string[], isWhole: boolean): number | null {
	const from = place === 'end' ? Math.max(0, lines.length - SUMMARY_LINES) : 0;
	const counts: number[] = [];
	for (let at = from; at < lines.length; at++) {
		const count = read(lines[at] ?? '', lines.slice(at + 1, at + 1 + NODE_LINES));
		if (count !== null) counts.push(count);
	}
	if (counts.length === 0) return null;
	if (place !== 'each')
		return counts.every((count) => count === counts[0]) ? (counts[0] ?? null) : Number.NaN;
	return isWhole ? counts.reduce((sum, count) => sum + count, 0) : Number.NaN;
}

function numberIn(line: string, pattern: RegExp): number {
	return Number(pattern.exec(line)?.[1] ?? 0);
}
