/** What a command printed, in the rows that are worth their place: its end, and where it failed the lines that say so. */
import { isExcerptNotice } from '../../agents/reading/excerpt.ts';
import { formatPlural } from '../../core/plural.ts';
import { safeText } from '../../core/text.ts';
import { formatBytes } from '../../ui/quantities.ts';
import { cutToColumns, expandTabs } from '../../ui/text-width.ts';
import type { Theme } from '../../ui/theme.ts';
import type { SinkSize } from '../transcript-sink.ts';

/** A terminal with fewer rows gets the short forms. */
export const LOW_ROWS = 20;

/** Rows of a command that passed. */
const PASSED = { high: 3, low: 1 };
/** Rows of one that failed: all of them from its end, or `found` from the first failing line on and `last` from the end. */
const FAILED = { high: { all: 12, found: 8, last: 3 }, low: { all: 6, found: 3, last: 2 } };

export interface Output {
	/** As recorded: all of it, or an excerpt with its cuts announced. */
	text: string;
	/** Bytes of the whole. */
	bytes: number;
	exitCode: number | null;
}

/** The lines of an output, as people count them. */
interface OutputText {
	/** Safe to show, without the blank ones. */
	lines: readonly string[];
	/** Blank ones included; null: some were not kept. */
	total: number | null;
}

export interface OutputBlock {
	/** Styled, each within the width. */
	rows: readonly string[];
	/** How much of it the rows are, in words; null: they are all of it. */
	left: string | null;
}

/** The head of what claude reports of a failed command is its own. */
const EXIT_LINE = /^(?:Error: )?Exit code (\d{1,3})$/;

/** @internal For tests. */
export function readOutput({ text, exitCode }: Output): OutputText {
	const all = text.split('\n');
	if (all.at(-1)?.trim() === '') all.pop();
	const isOwn = exitCode !== null && Number(EXIT_LINE.exec(all[0] ?? '')?.[1]) === exitCode;
	const printed = isOwn ? all.slice(1) : all;
	const kept = printed.filter((line) => !isExcerptNotice(line));
	const lines = kept.map(shownLine).filter((line) => line.trim() !== '');
	return { lines, total: kept.length === printed.length ? printed.length : null };
}

/** A line is long enough for any terminal; what a progress bar wrote over itself is its last state. */
const LINE_CHARS = 2000;

function shownLine(line: string): string {
	const last = line.replace(/\r+$/, '').split('\r').at(-1) ?? '';
	return expandTabs(safeText(last.slice(0, LINE_CHARS))).trimEnd();
}

/** The rows below the line of a command, gutter included. */
export function outputBlock(
	output: Output,
	{ hasFailed, theme, size }: { hasFailed: boolean; theme: Theme; size: SinkSize },
): OutputBlock {
	const { lines, total } = readOutput(output);
	const isLow = size.rows < LOW_ROWS;
	const { from, found, last } = hasFailed
		? failedCut(lines, isLow)
		: tailCut(lines, isLow ? PASSED.low : PASSED.high);
	const gutter = `  ${(hasFailed ? theme.bad : theme.dim)('│')} `;
	const rowOf = (line: string) => `${gutter}${cutToColumns(line, size.columns - 4)}`;
	const head = lines.slice(from, from + found).map(rowOf);
	const tail = lines.slice(lines.length - last).map(rowOf);
	const between = lines.length - last - found - from;
	const gap = found === 0 ? [] : [theme.dim(`  ⋮ ${formatPlural(between, 'line')}`)];
	const shown = head.length + tail.length;
	const isWhole = shown === lines.length && total !== null;
	const count = countOf(shown, total, output, found === 0);
	return { rows: [...head, ...gap, ...tail], left: isWhole ? null : count };
}

/** `found` lines from the first failing one on, and the `last` ones; `found` 0: only those. */
interface Cut {
	from: number;
	found: number;
	last: number;
}

const tailCut = ({ length }: readonly string[], most: number): Cut => ({
	from: 0,
	found: 0,
	last: Math.min(length, most),
});

function failedCut(lines: readonly string[], isLow: boolean): Cut {
	const { all, found, last } = isLow ? FAILED.low : FAILED.high;
	const from = firstFailure(lines);
	return from === null || from >= lines.length - all ? tailCut(lines, all) : { from, found, last };
}

/** `last 3 of 30 lines`, `11 of 60 lines`, `last 3 lines of 1.2 MB`. */
function countOf(shown: number, total: number | null, { bytes }: Output, isTail: boolean): string {
	const counted =
		total === null
			? `${formatPlural(shown, 'line')} of ${formatBytes(bytes)}`
			: `${shown} of ${formatPlural(total, 'line')}`;
	return isTail ? `last ${counted}` : counted;
}

/** Where a run of tests, a compiler or a program says that something failed; case matters where a word is common. */
const FAILURES = [
	/(?<![\w/.-])(?:FAIL|FAILED|FAILURE|FAILURES|ERR!|Traceback|panicked)(?![\w/.-])/,
	/(?<![\w/.-])(?:error|fatal|panic)(?![\w/.-])(?! *[=:]? *(?:0|none)\b)/i,
	/(?:Error|Exception)(?: \[\w+\])?:/,
	/^\s*not ok\b/,
	/^E\s{2,}/,
];
/** The marks of test runners, where no word says it. */
const FAILURE_MARKS = /^\s*(?:[✗✘✖×❌●]|\d+\) )/;
/** What passed may well be called "reports an error". */
const PASSED_LINE = /^\s*(?:ok\b|[✓✔√]|PASS\b|\S+ \.\.\. ok$|test .* \.\.\. ok$|.* PASSED\b)/;
const NO_ERRORS = /\b(?:0|no|without) (?:\w+ )?(?:errors?|failures?|failed)\b/gi;

/**
 * The first line that looks like a failure; null: none does.
 * @internal For tests: each runner is tried by itself.
 */
export function firstFailure(lines: readonly string[]): number | null {
	const failing = (test: (line: string) => boolean) => {
		const at = lines.findIndex((line) => !PASSED_LINE.test(line) && test(line.replace(NO_ERRORS, '')));
		return at < 0 ? null : at;
	};
	return (
		failing((line) => FAILURES.some((shape) => shape.test(line))) ??
		failing((line) => FAILURE_MARKS.test(line))
	);
}
