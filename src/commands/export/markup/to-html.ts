import type { Align, Block, Inline, ListItem } from '../../../markdown/markdown-tree.ts';
import { type Html, html } from './html-text.ts';

/** A tree as HTML. `depth`: how far its headings stand below those of the page. */
export function toHtml(blocks: readonly Block[], depth = 0): Html {
	return html`${blocks.map((block) => blockHtml(block, depth))}`;
}

function blockHtml(block: Block, depth: number): Html {
	switch (block.kind) {
		case 'heading':
			return headingHtml(Math.min(6, block.level + depth), inlineHtml(block.inlines));
		case 'paragraph':
			return html`<p>${inlineHtml(block.inlines)}</p>\n`;
		case 'code':
			return codeHtml(block.text, block.language);
		case 'quote':
			return html`<blockquote>${toHtml(block.blocks, depth)}</blockquote>\n`;
		case 'list':
			return listHtml(block, depth);
		case 'table':
			return tableHtml(block);
		case 'rule':
			return html`<hr>\n`;
		default:
			return block satisfies never;
	}
}

const HEADINGS = [1, 2, 3, 4, 5, 6].map((level) => ({
	open: { html: `<h${level}>` },
	close: { html: `</h${level}>\n` },
}));

function headingHtml(level: number, text: Html): Html {
	const tag = HEADINGS[level - 1];
	return tag === undefined ? html`<p>${text}</p>\n` : html`${tag.open}${text}${tag.close}`;
}

/** A block that scrolls sideways takes the focus, so that keys can scroll it. */
export function codeHtml(text: string, language = ''): Html {
	const label = language === '' ? 'code' : `code, ${language}`;
	return html`<pre tabindex="0" aria-label="${label}"><code>${text}\n</code></pre>\n`;
}

function listHtml({ start, items }: Block & { kind: 'list' }, depth: number): Html {
	const rows = items.map((item) => itemHtml(item, depth));
	if (start === null) return html`<ul>\n${rows}</ul>\n`;
	return start === 1 ? html`<ol>\n${rows}</ol>\n` : html`<ol start="${start}">\n${rows}</ol>\n`;
}

/** An item that is one paragraph, or begins with one, has no space around it. */
function itemHtml({ isDone, blocks }: ListItem, depth: number): Html {
	const [first, ...more] = blocks;
	const box =
		isDone === null
			? null
			: html`<span class="box${isDone ? ' done' : ''}" role="img" aria-label="${isDone ? 'done' : 'open'}"></span>`;
	const rest = toHtml(more, depth);
	if (first?.kind === 'paragraph')
		return html`<li${isDone === null ? null : html` class="task"`}>${box}${inlineHtml(first.inlines)}${rest}</li>\n`;
	return html`<li${isDone === null ? null : html` class="task"`}>${box}${first === undefined ? null : blockHtml(first, depth)}${rest}</li>\n`;
}

function tableHtml({ align, head, rows }: Block & { kind: 'table' }): Html {
	const cells = (row: readonly Inline[][], open: (align: Align) => Html, close: Html) =>
		row.map((cell, at) => html`${open(align[at] ?? null)}${inlineHtml(cell)}${close}`);
	const titles = cells(head, (side) => html`<th scope="col"${classOf(side)}>`, html`</th>`);
	const body = rows.map(
		(row) => html`<tr>${cells(row, (side) => html`<td${classOf(side)}>`, html`</td>`)}</tr>\n`,
	);
	return html`<div class="wide" tabindex="0" role="region" aria-label="table"><table>\n<thead><tr>${titles}</tr></thead>\n<tbody>\n${body}</tbody></table></div>\n`;
}

function classOf(align: Align): Html | null {
	if (align === 'right') return html` class="right"`;
	return align === 'center' ? html` class="center"` : null;
}

function inlineHtml(inlines: readonly Inline[]): Html {
	return html`${inlines.map(oneHtml)}`;
}

function oneHtml(inline: Inline): Html {
	switch (inline.kind) {
		case 'text':
			return html`${inline.text}`;
		case 'code':
			return html`<code>${inline.text}</code>`;
		case 'strong':
			return html`<strong>${inlineHtml(inline.inlines)}</strong>`;
		case 'emphasis':
			return html`<em>${inlineHtml(inline.inlines)}</em>`;
		case 'strike':
			return html`<del>${inlineHtml(inline.inlines)}</del>`;
		case 'link':
			return html`<a href="${inline.href}" rel="noopener noreferrer">${inlineHtml(inline.inlines)}</a>`;
		case 'break':
			return html`<br>`;
		default:
			return inline satisfies never;
	}
}
