/** Finds the lines of a command's output that show how it went: errors, failed expectations, the summary. */
import { ellipsis } from '../pieces/cut-text.ts';

const ERROR =
	/\b(?:error|err!|failed|failures?|fail|failing|fatal|exception|panic(?:ked)?|assert\w*|expected|received|traceback|undefined|unexpected|cannot|can't|could not|not found|no such|denied|refused|timed? ?out|segfault|killed|abort\w*|missing|invalid|unresolved|mismatch|violat\w*|conflict|FEHLER|Fehler|fehlgeschlagen|erwartet|erreur|échec|attendu|fallo|falló|esperado|errore|fallito|erro|ошибка|не удалось)\b|[a-z](?:Error|Exception)\b|caused by|[✗✘✖×❌]|^\s*(?:E|not ok|FAIL|---)\s|\bTS\d{4}\b|错误|失败|エラー|失敗|오류|실패/iu;
const SUMMARY =
	/\b\d+\s*(?:\/|of|out of|von|sur|de|di|из|van)\s*\d+\b|\b\d+\s+(?:\w+\s+)?(?:passed|failed|failing|passing|pending|skipped|tests?|errors?|warnings?|problems?|checks?|ok|bestanden|fehlgeschlagen|réussis?|pasaron)\b|^\s*(?:tests?|test suites?|total|result|ran|ok|FAILED|PASSED|BUILD|coverage|summary|done)\b|^# (?:pass|fail|tests)\b/iu;
const FRAME = /^\s*(?:at\s+\S|File "|in <module>|\^+\s*$|\d+\s*\|)|node:internal|node_modules\//;

/** `src/a.ts:12`, `a.py:3:7`, `a.ts(12,7)`: where it happened. */
const PLACE = /[\w-]\.\w{1,5}(?::\d+|\(\d+,\d+\))/;
/** The expected and the actual value, in the words of assertion libraries. */
const WANTED = /\b(?:want|got|actual|expected|received|but was|left|right)\b/i;

/** A number with its unit: what a command was run to measure. */
const MEASURED =
	/\d\s?(?:[mµun]?s|sec(?:onds?)?|min|[kKMGT]i?B|bytes|%|rps|qps|fps|(?:ops|req|requests|rows|MB|KB|GB)\/s(?:ec)?)(?![\p{L}\p{N}])/u;
/** A measurement is in the last lines, and no other line looks like it. */
const MEASURED_LINES = 3;
const MEASURED_CHARS = 240;

/** How much of a successful output is read: its end, which holds the summary. */
const READ_CHARS_OF_SUCCESS = 4 * 1024;
/** Summaries are at either end of an output; in a long one only this many lines there are searched for them. */
const SUMMARY_LINES = 40;

export interface DecisiveOptions {
	maxLines: number;
	maxLineChars: number;
	/** False: only the summary matters. */
	isFailure: boolean;
	/** Applied to a chosen line before it is shortened; `before` is the line above it. */
	clean: (line: string, before: string) => string;
}

interface Scored {
	line: string;
	before: string;
	at: number;
	score: number;
}

/** The chosen lines in their order. Deterministic; an empty output gives none. */
export function decisiveLines(
	output: string,
	{ maxLines, maxLineChars, isFailure, clean }: DecisiveOptions,
): string[] {
	const read = isFailure ? output : endOf(output);
	const lines = read
		.split('\n')
		.filter((line) => line.trim() !== '' && !/^Exit code \d+\s*$/.test(line))
		.map((line) => line.trimEnd());
	const seen = new Set<string>();
	return scoreLines(lines, isFailure)
		.filter(({ score }) => score >= (isFailure ? 1 : 3))
		.sort((a, b) => b.score - a.score || a.at - b.at)
		.filter(({ line }) => !seen.has(line) && seen.add(line))
		.slice(0, maxLines)
		.sort((a, b) => a.at - b.at)
		.map(({ line, before }) => ellipsis(clean(line, before), maxLineChars));
}

/** Starts at the beginning of a line, so that no line is cut. */
function endOf(output: string): string {
	if (output.length <= READ_CHARS_OF_SUCCESS) return output;
	return output.slice(output.indexOf('\n', output.length - READ_CHARS_OF_SUCCESS) + 1);
}

function scoreLines(lines: readonly string[], isFailure: boolean): Scored[] {
	const scored = lines.flatMap((line, at): Scored[] => {
		const score = scoreLine(line, at, lines.length, isFailure);
		return score > 0 ? [{ line, before: lines[at - 1] ?? '', at, score }] : [];
	});
	if (isFailure) raiseExplanations(scored, lines);
	else addMeasurements(scored, lines);
	const shapes = new Map<string, number>();
	for (const { line } of scored) shapes.set(shapeOf(line), (shapes.get(shapeOf(line)) ?? 0) + 1);
	for (const entry of scored) {
		const repeats = shapes.get(shapeOf(entry.line)) ?? 1;
		if (repeats > 4) entry.score -= Math.min(4, repeats / 3);
	}
	return scored;
}

function scoreLine(line: string, at: number, total: number, isFailure: boolean): number {
	// A longer line is data; its beginning is enough.
	const text = line.length > 1000 ? line.slice(0, 1000) : line;
	const isNearAnEnd = at < SUMMARY_LINES || total - at <= SUMMARY_LINES;
	let score = 0;
	if (isNearAnEnd && SUMMARY.test(text)) score += total - at <= 12 ? 4 : 3;
	if (isFailure) {
		if (ERROR.test(text)) score += 3;
		if (total - at <= 3) score += 1.5;
		if (at === 0) score += 0.5;
	}
	return score > 0 && FRAME.test(text) ? score - 2 : score;
}

/** Adds the figures that a benchmark or a count prints at its end; lines of a log carry figures too, but resemble each other. */
function addMeasurements(scored: Scored[], lines: readonly string[]): void {
	const shapes = new Map<string, number>();
	for (const line of lines) shapes.set(shapeOf(line), (shapes.get(shapeOf(line)) ?? 0) + 1);
	for (let at = Math.max(0, lines.length - MEASURED_LINES); at < lines.length; at++) {
		const line = lines[at] ?? '';
		if (line.length > MEASURED_CHARS || !MEASURED.test(line) || shapes.get(shapeOf(line)) !== 1) continue;
		if (scored.every((entry) => entry.at !== at))
			scored.push({ line, before: lines[at - 1] ?? '', at, score: 3 });
	}
}

/**
 * Raises the line after an error that names a place or the expected value: it explains the error without an error word of its own.
 */
function raiseExplanations(scored: Scored[], lines: readonly string[]): void {
	const byPlace = new Map(scored.map((entry) => [entry.at, entry]));
	for (const { at, score } of [...scored]) {
		if (score < 3) continue;
		for (const next of [at + 1, at + 2]) {
			const line = lines[next];
			if (line === undefined || byPlace.has(next) || FRAME.test(line)) continue;
			if (!PLACE.test(line) && !WANTED.test(line)) continue;
			const entry = { line, before: lines[next - 1] ?? '', at: next, score: 2.5 };
			byPlace.set(next, entry);
			scored.push(entry);
		}
	}
}

/** Lines of a log differ only in numbers and ids. */
const shapeOf = (line: string) =>
	line
		.replace(/\b[0-9a-f]*\d[0-9a-f]*\b/gi, '#')
		.replace(/\s+/g, ' ')
		.trim();
