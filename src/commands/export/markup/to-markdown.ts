/**
 * A tree as Markdown that says what it says wherever it is read: raw HTML is text, pictures are links, and no block stays open
 * behind it.
 */
import type { Align, Block, Inline, ListItem } from '../../../markdown/markdown-tree.ts';

/** `depth`: how far its headings stand below those of the page. */
export function toMarkdown(blocks: readonly Block[], depth = 0): string {
	return blocks.map((block) => blockText(block, depth)).join('\n\n');
}

function blockText(block: Block, depth: number): string {
	switch (block.kind) {
		case 'heading':
			return `${'#'.repeat(Math.min(6, block.level + depth))} ${inlineText(block.inlines).replaceAll('\n', ' ')}`;
		case 'paragraph':
			return paragraph(block.inlines);
		case 'code':
			return fenced(block.text, block.language);
		case 'quote':
			return prefixed(toMarkdown(block.blocks, depth), '> ');
		case 'list':
			return block.items.map((item, i) => itemText(item, markOf(block.start, i), depth)).join('\n');
		case 'table':
			return tableText(block);
		case 'rule':
			return '---';
		default:
			return block satisfies never;
	}
}

/** In a fence longer than any in it. */
export function fenced(text: string, language = ''): string {
	const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
	const fence = '`'.repeat(longest + 1);
	return `${fence}${language}\n${text}\n${fence}`;
}

export const prefixed = (text: string, prefix: string): string =>
	text
		.split('\n')
		.map((line) => (prefix + line).trimEnd())
		.join('\n');

const markOf = (start: number | null, at: number) => (start === null ? '-' : `${start + at}.`);

function itemText({ isDone, blocks }: ListItem, mark: string, depth: number): string {
	const box = isDone === null ? '' : isDone ? '[x] ' : '[ ] ';
	const [first = '', ...more] = (box + toMarkdown(blocks, depth)).split('\n');
	const rest = more.map((line) => (line === '' ? '' : `${' '.repeat(mark.length + 1)}${line}`));
	return [`${mark} ${first}`, ...rest].join('\n');
}

function tableText({ align, head, rows }: Block & { kind: 'table' }): string {
	const row = (cells: readonly Inline[][]) =>
		`| ${cells.map((cell) => inlineText(cell).replaceAll('\n', ' ').replaceAll('|', '\\|')).join(' | ')} |`;
	return [row(head), `|${align.map(alignMark).join('|')}|`, ...rows.map(row)].join('\n');
}

function alignMark(align: Align): string {
	if (align === 'center') return ':-:';
	return align === 'right' ? '--:' : align === 'left' ? ':--' : '---';
}

/** What a line of a paragraph must not begin with. */
const BLOCK_MARK = /^(?:[#>+=-]|~{3}|(\d{1,9})(?=[.)]))/;

function paragraph(inlines: readonly Inline[]): string {
	return inlineText(inlines)
		.split('\n')
		.map((line) =>
			line
				.trimStart()
				.replace(BLOCK_MARK, (mark, digits?: string) => (digits === undefined ? `\\${mark}` : mark)),
		)
		.map((line) => line.replace(/^(\d{1,9})([.)])/, '$1\\$2'))
		.join('\n');
}

function inlineText(inlines: readonly Inline[]): string {
	return inlines.map(oneText).join('');
}

function oneText(inline: Inline): string {
	switch (inline.kind) {
		case 'text':
			return escapeMarkdown(inline.text);
		case 'code':
			return codeSpan(inline.text);
		case 'strong':
			return `**${inlineText(inline.inlines)}**`;
		case 'emphasis':
			return `*${inlineText(inline.inlines)}*`;
		case 'strike':
			return `~~${inlineText(inline.inlines)}~~`;
		case 'link':
			return `[${inlineText(inline.inlines).replaceAll('\n', ' ')}](<${inline.href.replace(/[<>\\]/g, encodeURIComponent)}>)`;
		case 'break':
			return '\\\n';
		default:
			return inline satisfies never;
	}
}

function codeSpan(text: string): string {
	const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
	const ticks = '`'.repeat(longest + 1);
	const isTight = /^`|`$|^ .*\S.* $/.test(text);
	return isTight ? `${ticks} ${text} ${ticks}` : ticks + text + ticks;
}

/** Text that Markdown takes for nothing but text. */
export function escapeMarkdown(text: string): string {
	return text
		.replace(/[\\`*[\]|~]|_(?![\p{L}\p{N}])|(?<![\p{L}\p{N}])_/gu, '\\$&')
		.replaceAll('&', '&amp;')
		.replaceAll('<', '&lt;')
		.replaceAll('>', '&gt;');
}
