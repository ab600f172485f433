/**
 * Reads Markdown as GitHub does, with markdown-it (docs/decisions/0015-markdown-it.md): headings, lists, tasks, quotes, fences,
 * tables. Raw HTML, references, and headings that are underlined are text.
 */
import MarkdownIt, { type MarkdownIt as Parser, type Token } from 'markdown-it';
import type { Align, Block, Inline, ListItem, Table } from './markdown-tree.ts';
import { inlineTree } from './read-inlines.ts';

const LANGUAGE = /^[\w+#.-]{1,24}$/;
const BOX = /^\[([ xX])\][ \t]+/;
const FENCE = /^( {0,3})(`{3,}(?=[^`]*$)|~{3,})/;
/** A quote is one, a list with its item is two. */
const MAX_LEVEL = 24;
const PIECE_CHARS = 256 * 1024;

const parser = createParser();

function createParser(): Parser {
	const markdown = new MarkdownIt({ html: false, linkify: true });
	markdown.disable(['reference', 'lheading']);
	boundDepth(markdown);
	// Addresses are found where text is read for marks; what a second search would add (`example.org`) stays text.
	markdown.core.ruler.disable('linkify');
	const { linkify } = markdown;
	const match = linkify.matchAtStart.bind(linkify);
	linkify.matchAtStart = (text) => {
		const link = match(text);
		// Marks that close behind an address do not belong to it (https://github.github.com/gfm/#extended-autolink-path-validation).
		if (link !== null) link.url = withoutLastMarks(link.url);
		return link;
	};
	// Targets are judged, and shown, as they were written.
	markdown.validateLink = () => true;
	markdown.normalizeLink = (url) => url;
	markdown.normalizeLinkText = (url) => url;
	return markdown;
}

/** Deeper quotes and lists are text; the parser itself leaves out what stands in the hundredth. */
function boundDepth({ block: { ruler } }: Parser): void {
	for (const { name, fn, alt } of [...ruler.__rules__]) {
		if (name !== 'list' && name !== 'blockquote') continue;
		ruler.at(name, (state, ...rest) => state.level < MAX_LEVEL && fn(state, ...rest), { alt });
	}
}

/** One by one: a pattern anchored at the end takes the square of a run of marks. */
function withoutLastMarks(url: string): string {
	let end = url.length;
	while ('*_~'.includes(url.charAt(end - 1))) end--;
	return url.slice(0, end);
}

/** `text` is safe to show (`core/text`). */
export function readMarkdown(text: string): Block[] {
	return blocksOf(new Tokens(parser.parse(text, {})));
}

/** The marks within one paragraph, which `text` is. */
export function readInlines(text: string): Inline[] {
	return inlineTree(parser.parseInline(text, {})[0]?.children ?? []);
}

/** As `readMarkdown`, a part of a long text at a time: its tree takes far more memory than the text. */
export function* readMarkdownPieces(text: string): Generator<Block[]> {
	let mark: string | null = null;
	let from = 0;
	for (let at = 0; at < text.length; ) {
		const end = text.indexOf('\n', at);
		const line = text.slice(at, end < 0 ? text.length : end);
		if (mark === null) mark = FENCE.exec(line)?.[2] ?? null;
		else if (closesFence(line, mark)) mark = null;
		at += line.length + 1;
		if (at - from < PIECE_CHARS || mark !== null || line.trim() !== '') continue;
		yield readMarkdown(text.slice(from, at));
		from = at;
	}
	yield readMarkdown(text.slice(from));
}

/** `mark`: the signs that opened the fence. */
export function closesFence(line: string, mark: string): boolean {
	const end = line.trim();
	return end.length >= mark.length && /^ {0,3}\S/.test(line) && end === mark.charAt(0).repeat(end.length);
}

class Tokens {
	readonly #tokens: readonly Token[];
	#at = 0;

	constructor(tokens: readonly Token[]) {
		this.#tokens = tokens;
	}

	next(): Token | null {
		return this.#tokens[this.#at++] ?? null;
	}

	/** The text of what just opened; its end is passed too. */
	inlines(): Inline[] {
		const text = this.next();
		this.next();
		return inlineTree(text?.children ?? []);
	}
}

/** Up to the end of what is open, or of all. */
function blocksOf(tokens: Tokens): Block[] {
	const blocks: Block[] = [];
	for (let token = tokens.next(); token !== null && token.nesting >= 0; token = tokens.next()) {
		const block = blockOf(token, tokens);
		if (block !== null) blocks.push(block);
	}
	return blocks;
}

function blockOf(token: Token, tokens: Tokens): Block | null {
	switch (token.type) {
		case 'heading_open':
			return { kind: 'heading', level: Number(token.tag.slice(1)), inlines: tokens.inlines() };
		case 'paragraph_open':
			return { kind: 'paragraph', inlines: tokens.inlines() };
		case 'fence':
		case 'code_block':
			return { kind: 'code', language: languageOf(token.info), text: token.content.replace(/\n$/, '') };
		case 'blockquote_open':
			return { kind: 'quote', blocks: blocksOf(tokens) };
		case 'bullet_list_open':
			return { kind: 'list', start: null, items: itemsOf(tokens) };
		case 'ordered_list_open':
			return { kind: 'list', start: Number(token.attrGet('start') ?? 1), items: itemsOf(tokens) };
		case 'table_open':
			return tableOf(tokens);
		case 'hr':
			return { kind: 'rule' };
		default:
			return null;
	}
}

/** The word behind a fence; empty: none that could be a language. */
export function languageOf(info: string): string {
	const [word = ''] = info.trim().split(/\s/, 1);
	return LANGUAGE.test(word) ? word : '';
}

function itemsOf(tokens: Tokens): ListItem[] {
	const items: ListItem[] = [];
	for (let token = tokens.next(); token !== null && token.nesting >= 0; token = tokens.next()) {
		const blocks = blocksOf(tokens);
		items.push({ isDone: takeBox(blocks), blocks });
	}
	return items;
}

/** The box at the start of an item, taken out of its text. */
function takeBox([first]: readonly Block[]): boolean | null {
	const text = first?.kind === 'paragraph' ? first.inlines[0] : undefined;
	const [box, mark] = text?.kind === 'text' ? (BOX.exec(text.text) ?? []) : [];
	if (text?.kind !== 'text' || box === undefined) return null;
	text.text = text.text.slice(box.length);
	return mark !== ' ';
}

function tableOf(tokens: Tokens): Table {
	const table: Table = { kind: 'table', align: [], head: [], rows: [] };
	let row: Inline[][] = table.head;
	for (let token = tokens.next(); token !== null && token.type !== 'table_close'; token = tokens.next()) {
		if (token.type === 'th_open') table.align.push(alignOf(token));
		if (token.type === 'th_open' || token.type === 'td_open') row.push(tokens.inlines());
		if (token.type === 'tbody_open') row = [];
		if (token.type === 'tr_open' && table.head.length > 0) {
			row = [];
			table.rows.push(row);
		}
	}
	return table;
}

function alignOf(token: Token): Align {
	const side = /text-align:(left|center|right)/.exec(String(token.attrGet('style') ?? ''))?.[1];
	return side === 'left' || side === 'center' || side === 'right' ? side : null;
}
