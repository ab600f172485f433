/** How much of a tool's output an event keeps, in characters: head, tail, and the lines in between that report errors. */
const MAX_CHARS = 16 * 1024;
const HEAD_CHARS = 4 * 1024;
const MIDDLE_CHARS = 4 * 1024;
/** How much of the middle is searched, from its end: 2 MiB take about 20 ms. */
const SEARCHED_CHARS = 2 * 1024 * 1024;
const LINE_CHARS = 300;
/** Lines kept whose only difference is in numbers: logs repeat one error a thousand times. */
const SAME_SHAPE = 2;
/** Lines kept after a line that reports an error, because they explain it (a panic's message, what was expected). */
const LINES_AFTER = 2;

const REPORTS_RESULT =
	/\berror\b|\bError:|[a-z]Error\b|\bERR!|\bfail(?:ed|ures?|s)?\b|\bfatal\b|\bpanic|Exception\b|Traceback|Caused by|\bassert|\bexpected\b|✗|✘|✖|×|❌|●|^E\s|^not ok\b|segmentation fault|core dumped|\b\d+ (?:passed|failing|errors?)\b|Fehler|erreur|échec|\bfallo|errore|ошибка|错误|失败|エラー|失敗/i;
/**
 * Head and tail of a tool's output, at most about 16 KiB, with the cut announced. Lines of the cut that report errors
 * or results stay, since a long log often has them in its middle. Short output is returned as it is.
 */
export function excerptOutput(output: string): string {
	if (output.length <= MAX_CHARS) return output;
	const middle = output.slice(HEAD_CHARS, HEAD_CHARS - MAX_CHARS);
	const kept = reportingLines(middle);
	const tailChars = MAX_CHARS - HEAD_CHARS - kept.length;
	const left = output.length - HEAD_CHARS - tailChars;
	const notice =
		kept === ''
			? `[… ${left} characters left out …]`
			: `[… ${left} characters left out; those of their lines that report errors or results:]\n${kept}[… to here …]`;
	return `${output.slice(0, HEAD_CHARS)}\n${notice}\n${output.slice(-tailChars)}`;
}

/** True for the lines by which an excerpt announces its cut. */
export function isExcerptNotice(line: string): boolean {
	return /^\[… (?:\d+ characters left out( …\]|; those of their lines)|to here …\]$)/.test(line);
}

/** Whole lines in their order, each ended by a line break, up to `MIDDLE_CHARS`; the later ones win. */
function reportingLines(middle: string): string {
	const searched = middle.slice(-SEARCHED_CHARS);
	const lines = searched.split('\n');
	const shapes = new Map<string, number>();
	const kept = new Map<number, string>();
	let left = MIDDLE_CHARS;
	const keep = (at: number) => {
		const line = lines[at]?.trimEnd().slice(0, LINE_CHARS) ?? '';
		if (line === '' || kept.has(at) || line.length + 1 > left) return;
		left -= line.length + 1;
		kept.set(at, line);
	};
	for (let at = lines.length - 1; at >= 0 && left > 0; at--) {
		const line = (lines[at] ?? '').slice(0, LINE_CHARS * 4);
		if (!REPORTS_RESULT.test(line)) continue;
		const shape = line.replace(/[0-9a-f]*\d[0-9a-f]*/gi, '#').slice(0, 80);
		const same = shapes.get(shape) ?? 0;
		shapes.set(shape, same + 1);
		if (same >= SAME_SHAPE) continue;
		for (let next = at; next <= at + LINES_AFTER; next++) keep(next);
	}
	return [...kept]
		.sort(([a], [b]) => a - b)
		.map(([, line]) => `${line}\n`)
		.join('');
}

/** At most 500 characters in one line, for titles and for the evidence of a limit. */
export function excerptLine(text: string, maxChars = 500): string {
	const line = text.replace(/\s+/g, ' ').trim();
	return line.length <= maxChars ? line : `${line.slice(0, maxChars - 1)}…`;
}
