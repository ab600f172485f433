/** What a line is within the blocks that are open before it (https://spec.commonmark.org/0.31.2/#phase-1-block-structure). */
import { expandTabs } from '../../ui/text-width.ts';
import { languageOf } from '../read-markdown.ts';

/** Deeper lists and quotes are text. */
const MAX_DEPTH = 12;
const QUOTE = /^ {0,3}> ?/;
const ITEM = /^( {0,3})([-*+]|\d{1,9}[.)])( {1,4}(?=\S)|[ \t]+(?=\S)|[ \t]*$)/;
const BOX = /^\[([ xX])\][ \t]+(?=\S)/;
const RULE = /^ {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$/;
const HEADING = /^ {0,3}#{1,6}(?=[ \t]|$)/;
/** What a line begins with that is nothing but text where no block is open. */
const TEXT = /^[^\s>#*+\-_`~\d]/;
const FENCE = /^( {0,3})(`{3,}(?=[^`]*$)|~{3,})(.*)$/;

export type Container =
	| { kind: 'quote' }
	/** `column`: how far in its text stands; `mark`: `-`, `*`, `+`, `.` or `)`, the same for all items of a list. */
	| { kind: 'item'; column: number; mark: string; number: number | null; isDone: boolean | null };

export type Leaf =
	| { kind: 'blank' }
	| { kind: 'rule' }
	/** `signs` as they are written; `text`: behind them. */
	| { kind: 'heading'; signs: string; text: string }
	| { kind: 'fence'; indent: number; mark: string; language: string }
	| { kind: 'code'; text: string }
	| { kind: 'text'; text: string };

export interface LineShape {
	/** So many of the open containers go on. */
	kept: number;
	opened: Container[];
	leaf: Leaf;
}

/**
 * `isParagraph`: text is open, which the line may go on with. `isCut`: the line is longer than what its whole would have to be known of
 * (a fence, a rule), so that it is none.
 */
export function readLine(
	line: string,
	open: readonly Container[],
	{ isParagraph = false, isCut = false }: { isParagraph?: boolean; isCut?: boolean } = {},
): LineShape {
	if (open.length === 0 && TEXT.test(line))
		return { kept: 0, opened: [], leaf: { kind: 'text', text: line } };
	const { kept, text } = withoutContainers(withoutTabs(line), open);
	const goesOn = isParagraph && kept === open.length;
	const opened: Container[] = [];
	let rest = text;
	while (open.length + opened.length < MAX_DEPTH) {
		const next = containerAt(rest, goesOn && opened.length === 0);
		if (next === null) break;
		opened.push(next.container);
		rest = withoutTabs(next.rest);
	}
	const leaf = leafOf(rest, { isParagraph: isParagraph && opened.length === 0, isCut });
	// Text goes on with a paragraph even where its marks are missing.
	const isLazy = isParagraph && opened.length === 0 && leaf.kind === 'text';
	return { kept: isLazy ? open.length : kept, opened, leaf };
}

/** The text of a line within `open`; null: it is not within all of them. */
export function lineWithin(line: string, open: readonly Container[]): string | null {
	const { kept, text } = withoutContainers(line, open);
	return kept === open.length ? text : null;
}

const withoutTabs = (line: string): string => line.replace(/^[ \t]+/, expandTabs);

function withoutContainers(line: string, open: readonly Container[]): { kept: number; text: string } {
	let text = line;
	let kept = 0;
	for (const container of open) {
		const isBlank = text.trim() === '';
		if (container.kind === 'quote') {
			const [mark] = QUOTE.exec(text) ?? [];
			if (mark === undefined) break;
			text = text.slice(mark.length);
		} else if (!isBlank) {
			const indented = withoutTabs(text);
			if (indentOf(indented) < container.column) break;
			text = indented.slice(container.column);
		} else text = text.slice(Math.min(text.length, container.column));
		kept++;
	}
	return { kept, text };
}

function containerAt(text: string, interrupts: boolean): { container: Container; rest: string } | null {
	const [quote] = QUOTE.exec(text) ?? [];
	if (quote !== undefined) return { container: { kind: 'quote' }, rest: text.slice(quote.length) };
	const [whole, indent = '', sign = '', gap = ''] = RULE.test(text) ? [] : (ITEM.exec(text) ?? []);
	if (whole === undefined) return null;
	const rest = text.slice(whole.length);
	const number = sign.length > 1 ? Number.parseInt(sign, 10) : null;
	if (interrupts && (rest === '' || (number !== null && number !== 1))) return null;
	// Code that begins in the line of its mark stands one blank behind it.
	const width = rest === '' || gap.length > 4 || gap.includes('\t') ? 1 : gap.length;
	const [box = '', done] = BOX.exec(rest) ?? [];
	const isDone = box === '' ? null : done !== ' ';
	return {
		container: {
			kind: 'item',
			column: indent.length + sign.length + width,
			mark: sign.slice(-1),
			number,
			isDone,
		},
		rest: rest.slice(box.length),
	};
}

function leafOf(text: string, { isParagraph, isCut }: { isParagraph: boolean; isCut: boolean }): Leaf {
	if (text.trim() === '') return { kind: 'blank' };
	if (indentOf(text) >= 4 && !isParagraph) return { kind: 'code', text: text.slice(4) };
	const [, indent = '', mark, info = ''] = (isCut ? null : FENCE.exec(text)) ?? [];
	if (mark !== undefined) return { kind: 'fence', indent: indent.length, mark, language: languageOf(info) };
	if (!isCut && RULE.test(text)) return { kind: 'rule' };
	const [signs] = HEADING.exec(text) ?? [];
	if (signs === undefined) return { kind: 'text', text: text.trimStart() };
	return { kind: 'heading', signs: signs.trim(), text: headingText(text.slice(signs.length)) };
}

/** Without the signs that close it. */
function headingText(text: string): string {
	const words = text.trim();
	let end = words.length;
	while (words.charAt(end - 1) === '#') end--;
	return end === 0 || /[ \t]/.test(words.charAt(end - 1)) ? words.slice(0, end).trimEnd() : words;
}

/** Without the first `columns` blanks. */
export function withoutIndent(line: string, columns: number): string {
	let from = 0;
	while (from < columns && line.charAt(from) === ' ') from++;
	return line.slice(from);
}

const indentOf = (line: string): number => line.length - line.trimStart().length;
