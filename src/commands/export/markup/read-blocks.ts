/**
 * Reads the Markdown that agents write: headings, lists, quotes, fences, tables, rules. What is none of these is a paragraph, raw
 * HTML too. Each line is looked at once a level, and levels are bounded, so the time is linear in the text.
 */
import type { Align, Block, ListItem } from './markup-tree.ts';
import { readInlines } from './read-inlines.ts';

/** Deeper lists and quotes are text. */
const MAX_DEPTH = 12;

const FENCE = /^( {0,3})(`{3,}(?=[^`]*$)|~{3,})[ \t]*([^\s`]*)/;
const LANGUAGE = /^[\w+#.-]{1,24}$/;
const HEADING = /^ {0,3}(#{1,6})(?: (.*))?$/;
const RULE = /^ {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$/;
const QUOTE = /^ {0,3}> ?/;
const ITEM = /^( {0,3})([-*+]|\d{1,9}[.)])( {1,4}(?=\S)| *$)/;
const TABLE_MARK = /^:?-+:?$/;
const BOX = /^\[([ xX])\][ \t]+/;

/** `text` is safe to show (`core/text`). */
export function readMarkup(text: string): Block[] {
	return [...readMarkupPieces(text)].flat();
}

/** As `readMarkup`, a part of a long text at a time: its tree takes far more memory than the text. */
export function* readMarkupPieces(text: string): Generator<Block[]> {
	let mark: string | null = null;
	let lines: string[] = [];
	let chars = 0;
	for (const line of linesOf(text)) {
		const isCode = mark !== null;
		if (mark === null) mark = FENCE.exec(line)?.[2] ?? null;
		else if (closes(line, mark)) mark = null;
		lines.push(isCode ? line : line.replace(/^[ \t]+/, (indent) => indent.replaceAll('\t', '    ')));
		chars += line.length;
		if (chars < PIECE_CHARS || mark !== null || line.trim() !== '') continue;
		yield readBlocks(lines, 0);
		lines = [];
		chars = 0;
	}
	yield readBlocks(lines, 0);
}

const PIECE_CHARS = 256 * 1024;

function* linesOf(text: string): Generator<string> {
	let from = 0;
	for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
		yield text.slice(from, end);
		from = end + 1;
	}
	yield text.slice(from);
}

function readBlocks(lines: readonly string[], depth: number): Block[] {
	const blocks: Block[] = [];
	for (let at = 0; at < lines.length; ) {
		const line = lines[at] ?? '';
		if (line.trim() === '') {
			at++;
			continue;
		}
		const read =
			fenceAt(lines, at) ??
			headingAt(line, at) ??
			ruleAt(line, at) ??
			(depth < MAX_DEPTH ? (quoteAt(lines, at, depth) ?? listAt(lines, at, depth)) : null) ??
			tableAt(lines, at) ??
			paragraphAt(lines, at, depth);
		blocks.push(read.block);
		at = read.next;
	}
	return blocks;
}

interface Read {
	block: Block;
	/** The line behind it. */
	next: number;
}

function fenceAt(lines: readonly string[], at: number): Read | null {
	const [, indent = '', mark, language = ''] = FENCE.exec(lines[at] ?? '') ?? [];
	if (mark === undefined) return null;
	const body: string[] = [];
	let next = at + 1;
	for (; next < lines.length && !closes(lines[next] ?? '', mark); next++)
		body.push(withoutIndent(lines[next] ?? '', indent.length));
	return {
		block: { kind: 'code', language: LANGUAGE.test(language) ? language : '', text: body.join('\n') },
		next: next + 1,
	};
}

function closes(line: string, mark: string): boolean {
	const end = line.trim();
	return end.length >= mark.length && /^ {0,3}\S/.test(line) && end === mark.charAt(0).repeat(end.length);
}

function withoutIndent(line: string, columns: number): string {
	let from = 0;
	while (from < columns && line.charAt(from) === ' ') from++;
	return line.slice(from);
}

function headingAt(line: string, at: number): Read | null {
	const [, marks, text = ''] = HEADING.exec(line) ?? [];
	if (marks === undefined) return null;
	const words = text.trim();
	const closing = words.length - (words.match(/(?<=^|[^#])#+$/)?.[0].length ?? 0);
	const isClosed = closing === 0 || words.charAt(closing - 1) === ' ';
	const inlines = readInlines(isClosed ? words.slice(0, closing).trim() : words);
	return { block: { kind: 'heading', level: marks.length, inlines }, next: at + 1 };
}

const ruleAt = (line: string, at: number): Read | null =>
	RULE.test(line) ? { block: { kind: 'rule' }, next: at + 1 } : null;

/** Lines that begin with `>`, and those that go on in its last paragraph. */
function quoteAt(lines: readonly string[], at: number, depth: number): Read | null {
	if (!QUOTE.test(lines[at] ?? '')) return null;
	const inner: string[] = [];
	let next = at;
	for (; next < lines.length; next++) {
		const line = lines[next] ?? '';
		if (QUOTE.test(line)) inner.push(line.replace(QUOTE, ''));
		else if (line.trim() === '' || begins(line) || (inner.at(-1) ?? '').trim() === '') break;
		else inner.push(line);
	}
	return { block: { kind: 'quote', blocks: readBlocks(inner, depth + 1) }, next };
}

function listAt(lines: readonly string[], at: number, depth: number): Read | null {
	const first = itemStart(lines[at] ?? '');
	if (first === null) return null;
	const items: ListItem[] = [];
	let next = at;
	for (let start: ItemStart | null = first; start !== null && start.mark === first.mark; ) {
		const item = itemAt(lines, next, start, depth);
		items.push(item.item);
		next = item.next;
		start = next < lines.length && !RULE.test(lines[next] ?? '') ? itemStart(lines[next] ?? '') : null;
	}
	return { block: { kind: 'list', start: first.number, items }, next };
}

interface ItemStart {
	/** Items of one list have the same: `-`, `*`, `+`, `.`, `)`. */
	mark: string;
	number: number | null;
	/** Of its text. */
	column: number;
}

function itemStart(line: string): ItemStart | null {
	const [whole, , mark = '', gap = ''] = ITEM.exec(line) ?? [];
	if (whole === undefined) return null;
	const number = mark.length > 1 ? Number.parseInt(mark, 10) : null;
	return { mark: mark.slice(-1), number, column: whole.length - gap.length + Math.max(1, gap.length) };
}

/** Its first line, and what is indented below it; a line without indent only where it goes on in a paragraph. */
function itemAt(
	lines: readonly string[],
	at: number,
	{ column }: ItemStart,
	depth: number,
): { item: ListItem; next: number } {
	const inner = [(lines[at] ?? '').slice(column)];
	let next = at + 1;
	let isApart = false;
	for (; next < lines.length; next++) {
		const line = lines[next] ?? '';
		const isBlank = line.trim() === '';
		const isInside = isBlank || indentOf(line) >= column;
		if (!isInside && (isApart || begins(line))) break;
		inner.push(isInside ? withoutIndent(line, column) : line);
		isApart = isBlank;
	}
	const [, box] = BOX.exec(inner[0] ?? '') ?? [];
	if (box !== undefined) inner[0] = (inner[0] ?? '').replace(BOX, '');
	const isDone = box === undefined ? null : box !== ' ';
	return { item: { isDone, blocks: readBlocks(inner, depth + 1) }, next };
}

const indentOf = (line: string): number => line.length - line.trimStart().length;

/** Something other than a paragraph begins here. */
const begins = (line: string): boolean =>
	FENCE.test(line) || HEADING.test(line) || RULE.test(line) || QUOTE.test(line) || ITEM.test(line);

function tableAt(lines: readonly string[], at: number): Read | null {
	const [head = '', marks = ''] = [lines[at], lines[at + 1]];
	if (!head.includes('|') || !/^[ |:-]*-[ |:-]*$/.test(marks)) return null;
	const [names, below] = [cellsOf(head), cellsOf(marks)];
	if (names.length !== below.length || !below.every((mark) => TABLE_MARK.test(mark))) return null;
	const align = below.map(alignOf);
	const rows: Block & { kind: 'table' } = { kind: 'table', align, head: names.map(readInlines), rows: [] };
	let next = at + 2;
	for (; next < lines.length && (lines[next] ?? '').includes('|') && !begins(lines[next] ?? ''); next++) {
		const cells = cellsOf(lines[next] ?? '');
		rows.rows.push(align.map((_, column) => readInlines(cells[column] ?? '')));
	}
	return { block: rows, next };
}

function alignOf(mark: string): Align {
	const [left, right] = [mark.startsWith(':'), mark.endsWith(':')];
	if (left && right) return 'center';
	return right ? 'right' : left ? 'left' : null;
}

/** Split at bars that are not escaped and not in code. */
function cellsOf(line: string): string[] {
	const row = line
		.trim()
		.replace(/^\|/, '')
		.replace(/(?<!\\)\|$/, '');
	const cells: string[] = [];
	let from = 0;
	let isCode = false;
	for (let at = 0; at < row.length; at++) {
		const sign = row.charAt(at);
		if (sign === '\\') at++;
		else if (sign === '`') isCode = !isCode;
		else if (sign === '|' && !isCode) {
			cells.push(row.slice(from, at));
			from = at + 1;
		}
	}
	return [...cells, row.slice(from)].map((cell) => cell.trim().replaceAll('\\|', '|'));
}

function paragraphAt(lines: readonly string[], at: number, depth: number): Read {
	let next = at + 1;
	while (next < lines.length && (lines[next] ?? '').trim() !== '' && !interrupts(lines, next, depth)) next++;
	const text = lines
		.slice(at, next)
		.map((line) => line.trimStart())
		.join('\n');
	return { block: { kind: 'paragraph', inlines: readInlines(text.trimEnd()) }, next };
}

function interrupts(lines: readonly string[], at: number, depth: number): boolean {
	const line = lines[at] ?? '';
	const isNested = depth < MAX_DEPTH && (QUOTE.test(line) || ITEM.test(line));
	return isNested || FENCE.test(line) || HEADING.test(line) || RULE.test(line) || tableAt(lines, at) !== null;
}
