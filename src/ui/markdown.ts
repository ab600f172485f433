/**
 * Styles the lines of an agent's answer: headings, bullets, quotes, bold, inline code and code fences, and nothing that would need
 * the whole document. Marks are removed only when they are certainly marks; without colour, lines pass unchanged.
 */
import { expandTabs, wrapToColumns } from './text-width.ts';
import type { Theme } from './theme.ts';

export interface MarkdownLines {
	/** Rows of a finished line; updates the fence state. `text` is safe and has no newline. */
	line(text: string, columns: number): string[];
	/** Rows of a line that is still growing; changes nothing. */
	partial(text: string, columns: number): string[];
	/** Forgets an open fence: a new message begins. */
	reset(): void;
}

const FENCE = /^\s*(`{3,}|~{3,})(.*)$/;
const HEADING = /^(#{1,6})\s+(.*)$/;
const BULLET = /^(\s*)([-*+]|\d{1,3}[.)])\s+(.*)$/;
const QUOTE = /^\s*>\s?(.*)$/;
const RULE = /^\s*([-*_])(?:\s*\1){2,}\s*$/;

export function createMarkdownLines(theme: Theme): MarkdownLines {
	let fence: string | null = null;

	const code = (text: string, columns: number) =>
		wrapToColumns(`  ${text}`, columns, { byWord: false }).map(theme.accent);

	const render = (raw: string, columns: number): string[] => {
		const text = expandTabs(raw);
		if (fence !== null && !isClosing(text, fence)) return code(text, columns);
		if (fence !== null || FENCE.test(text))
			return wrapToColumns(text, columns, { byWord: false }).map(theme.dim);
		return renderProse(text, columns, theme);
	};

	return {
		line(text, columns) {
			const rows = render(text, columns);
			const found = FENCE.exec(text);
			if (fence !== null) {
				if (isClosing(text, fence)) fence = null;
			} else if (found?.[1] !== undefined && !found[2]?.includes('`')) fence = found[1];
			return rows;
		},
		partial: render,
		reset() {
			fence = null;
		},
	};
}

function isClosing(text: string, fence: string): boolean {
	const mark = text.trim();
	return mark.length >= fence.length && mark === fence.charAt(0).repeat(mark.length);
}

function renderProse(text: string, columns: number, theme: Theme): string[] {
	const heading = HEADING.exec(text);
	if (heading) return wrapToColumns(theme.bold(theme.hasColor ? (heading[2] ?? '') : text), columns);
	if (RULE.test(text) && theme.hasColor) return [theme.dim('─'.repeat(Math.min(columns, 24)))];
	const bullet = BULLET.exec(text);
	if (bullet) {
		const [, space = '', mark = '', rest = ''] = bullet;
		const shownMark = theme.hasColor && mark.length === 1 ? '•' : mark;
		return wrapToColumns(`${space}${shownMark} ${inline(rest, theme)}`, columns, {
			indent: space.length + shownMark.length + 1,
		});
	}
	const quote = QUOTE.exec(text);
	if (quote && theme.hasColor) {
		return wrapToColumns(quote[1] ?? '', Math.max(1, columns - 2)).map((row) => theme.dim(`│ ${row}`));
	}
	return wrapToColumns(inline(text, theme), columns);
}

/**
 * Styles bold and inline code where both marks are in the line and touch their words (`2 ** 3` and globs stay unchanged). A mark is
 * the whole run of backticks: trying its parts would take 14 s for 64 KB of them.
 */
function inline(text: string, theme: Theme): string {
	if (!theme.hasColor) return text;
	return text.replace(
		/(?<!`)(`+)(?!`)([^`]+)\1(?!`)|\*\*(?=[^\s*])([^*]*[^\s*])\*\*(?![\w/])/g,
		(whole, _ticks, codeText, boldText) => {
			if (typeof codeText === 'string') return theme.accent(codeText);
			return typeof boldText === 'string' ? theme.bold(boldText) : whole;
		},
	);
}
