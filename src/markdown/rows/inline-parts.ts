/** Marks within a paragraph as text with looks. Without colour, bold, italic and code keep their signs. */
import type { Theme } from '../../ui/theme.ts';
import type { Inline } from '../markdown-tree.ts';
import { plainText } from '../read-inlines.ts';
import { painted, STYLE } from './row-writer.ts';

export interface StyledText {
	/** null: a new row begins. */
	text: string | null;
	style: number;
}

export function inlineParts(inlines: readonly Inline[], style: number, theme: Theme): StyledText[] {
	return inlines.flatMap((one) => partsOf(one, style, theme));
}

function partsOf(one: Inline, style: number, theme: Theme): StyledText[] {
	switch (one.kind) {
		case 'text':
			return [{ text: one.text, style }];
		case 'code':
			return [{ text: theme.hasColor ? one.text : ticked(one.text), style: style | STYLE.code }];
		case 'strong':
			return marked(one.inlines, { sign: '**', style, own: STYLE.bold }, theme);
		case 'emphasis':
			return marked(one.inlines, { sign: '*', style, own: STYLE.italic }, theme);
		case 'strike': {
			const sign = { text: '~~', style: style | STYLE.dim };
			return [sign, ...inlineParts(one.inlines, style | STYLE.dim, theme), sign];
		}
		case 'link':
			return [...inlineParts(one.inlines, style, theme), ...addressOf(one.href, one.inlines, style)];
		case 'break':
			return [{ text: null, style }];
		default:
			return one satisfies never;
	}
}

function marked(
	inlines: readonly Inline[],
	{ sign, style, own }: { sign: string; style: number; own: number },
	theme: Theme,
): StyledText[] {
	if (theme.hasColor) return inlineParts(inlines, style | own, theme);
	return [{ text: sign, style }, ...inlineParts(inlines, style, theme), { text: sign, style }];
}

function ticked(code: string): string {
	const longest = Math.max(0, ...(code.match(/`+/g) ?? []).map((run) => run.length));
	const ticks = '`'.repeat(longest + 1);
	return /^`|`$/.test(code) ? `${ticks} ${code} ${ticks}` : ticks + code + ticks;
}

/** Behind its words, where those are not the address. */
function addressOf(href: string, inlines: readonly Inline[], style: number): StyledText[] {
	const bare = (address: string) => address.replace(/^mailto:/i, '').replace(/\/$/, '');
	const label = plainText(inlines).trim();
	const isSame = [label, plainHref(label)].some((said) => bare(said) === bare(href));
	return isSame ? [] : [{ text: ` (${href})`, style: style | STYLE.dim }];
}

function plainHref(label: string): string {
	return URL.canParse(label) ? new URL(label).href : label;
}

/** On one line, for a cell. */
export function inlineLine(inlines: readonly Inline[], theme: Theme): string {
	return inlineParts(inlines, STYLE.plain, theme)
		.map(({ text, style }) => painted((text ?? ' ').replace(/[\t\n]/g, ' '), style, theme))
		.join('');
}
