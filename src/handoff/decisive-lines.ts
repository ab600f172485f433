/** Finds the lines of a command's output that tell how it went: errors, failed expectations, the summary. */
import { ellipsis } from './cut-text.ts';

const ERROR =
	/\b(?:error|err!|failed|failures?|fail|failing|fatal|exception|panic(?:ked)?|assert\w*|expected|received|traceback|undefined|unexpected|cannot|can't|could not|not found|no such|denied|refused|timed? ?out|segfault|killed|abort\w*|missing|invalid|unresolved|mismatch|violat\w*|conflict|FEHLER|Fehler|fehlgeschlagen|erwartet|erreur|échec|attendu|fallo|falló|esperado|errore|fallito|erro|ошибка|не удалось)\b|[a-z]Error\b|[✗✘✖×❌]|^\s*(?:E|not ok|FAIL|---)\s|\bTS\d{4}\b|错误|失败|エラー|失敗|오류|실패/iu;
const SUMMARY =
	/\b\d+\s*(?:\/|of|out of|von|sur|de|di|из|van)\s*\d+\b|\b\d+\s+(?:\w+\s+)?(?:passed|failed|failing|passing|pending|skipped|tests?|errors?|warnings?|problems?|checks?|ok|bestanden|fehlgeschlagen|réussis?|pasaron)\b|^\s*(?:tests?|test suites?|total|result|ran|ok|FAILED|PASSED|BUILD|coverage|summary|done)\b|^# (?:pass|fail|tests)\b/iu;
const FRAME = /^\s*(?:at\s+\S|File "|in <module>|\^+\s*$|\d+\s*\|)|node:internal|node_modules\//;

export interface DecisiveOptions {
	maxLines: number;
	maxLineChars: number;
	/** Of a command that went well only the summary tells something. */
	isFailure: boolean;
}

/** The chosen lines in their order. Deterministic; an empty output gives none. */
export function decisiveLines(
	output: string,
	{ maxLines, maxLineChars, isFailure }: DecisiveOptions,
): string[] {
	const lines = output
		.split('\n')
		.map((line) => line.trimEnd())
		.filter((line) => line.trim() !== '' && !/^Exit code \d+$/.test(line));
	const shapes = new Map<string, number>();
	for (const line of lines) shapes.set(shapeOf(line), (shapes.get(shapeOf(line)) ?? 0) + 1);
	const scored = lines.map((line, at) => ({
		line,
		at,
		score: scoreLine(line, at, lines.length, shapes, isFailure),
	}));
	const seen = new Set<string>();
	return scored
		.filter(({ score }) => score >= (isFailure ? 1 : 3))
		.sort((a, b) => b.score - a.score || a.at - b.at)
		.filter(({ line }) => !seen.has(line) && seen.add(line))
		.slice(0, maxLines)
		.sort((a, b) => a.at - b.at)
		.map(({ line }) => ellipsis(line, maxLineChars));
}

function scoreLine(
	line: string,
	at: number,
	total: number,
	shapes: Map<string, number>,
	isFailure: boolean,
): number {
	const repeats = shapes.get(shapeOf(line)) ?? 1;
	let score = 0;
	if (SUMMARY.test(line)) score += total - at <= 12 ? 4 : 3;
	if (isFailure && ERROR.test(line)) score += 3;
	if (isFailure && total - at <= 3) score += 1.5;
	if (isFailure && at === 0) score += 0.5;
	if (repeats > 4) score -= Math.min(4, repeats / 3);
	if (FRAME.test(line)) score -= 2;
	return score;
}

/** Lines of a log differ in numbers and ids only. */
const shapeOf = (line: string) =>
	line
		.replace(/\b[0-9a-f]*\d[0-9a-f]*\b/gi, '#')
		.replace(/\s+/g, ' ')
		.trim();
