/** Shorter forms of one file's unified diff, for when the whole does not fit. */
import { ellipsis } from '../pieces/cut-text.ts';

/** In cut hunks, a longer line is data or minified code. */
const MAX_LINE_CHARS = 300;

interface Hunk {
	head: string;
	lines: string[];
}

/** `text` without git's header lines, largest form first: whole, little context, no context, the first hunks. */
export function diffVariants(text: string): string[] {
	const hunks = readHunks(text);
	if (hunks.length === 0) return [];
	const whole = render(hunks);
	const near = render(hunks.map((hunk) => ({ ...hunk, lines: keepContext(hunk.lines, 1) })));
	const bare = render(hunks.map((hunk) => ({ ...hunk, lines: keepContext(hunk.lines, 0) })));
	const cuts = [4000, 1800, 700].map((maxChars) => cutHunks(hunks, maxChars));
	const variants = [whole, near, bare, ...cuts].filter((variant) => variant !== '');
	return [...new Set(variants)].sort((a, b) => b.length - a.length);
}

function readHunks(text: string): Hunk[] {
	const hunks: Hunk[] = [];
	for (const line of text.replace(/\n$/, '').split('\n')) {
		if (line.startsWith('@@')) hunks.push({ head: headOf(line), lines: [] });
		else hunks.at(-1)?.lines.push(line);
	}
	return hunks;
}

/** `@@ -3,4 +5,6 @@` as `[line 5]`: some agents interpret `@`. */
const headOf = (line: string) => `[line ${/\+(\d+)/.exec(line)?.[1] ?? '?'}]`;

const isChange = (line: string | undefined) => line !== undefined && /^[+-]/.test(line);

function keepContext(lines: readonly string[], around: number): string[] {
	return lines.filter((line, at) => {
		if (isChange(line)) return true;
		for (let d = 1; d <= around; d++) if (isChange(lines[at - d]) || isChange(lines[at + d])) return true;
		return false;
	});
}

/** Added lines say more than removed ones: hunks with more additions first, each in full or cut at the end. */
function cutHunks(hunks: readonly Hunk[], maxChars: number): string {
	const ranked = hunks
		.map((hunk, at) => ({ at, hunk: { ...hunk, lines: keepContext(hunk.lines, 0) } }))
		.map((entry) => ({ ...entry, weight: entry.hunk.lines.filter((line) => line.startsWith('+')).length }))
		.sort((a, b) => b.weight - a.weight || a.at - b.at);
	let left = maxChars;
	const kept: typeof ranked = [];
	for (const entry of ranked) {
		const lines: string[] = [];
		for (const line of entry.hunk.lines) {
			const short = ellipsis(line, MAX_LINE_CHARS);
			if (short.length + 1 > left) break;
			left -= short.length + 1;
			lines.push(short);
		}
		if (lines.length === 0) break;
		kept.push({ ...entry, hunk: { ...entry.hunk, lines } });
	}
	return render(kept.sort((a, b) => a.at - b.at).map(({ hunk }) => hunk));
}

const render = (hunks: readonly Hunk[]) =>
	hunks
		.filter(({ lines }) => lines.length > 0)
		.map(({ head, lines }) => [head, ...lines].join('\n'))
		.join('\n');
