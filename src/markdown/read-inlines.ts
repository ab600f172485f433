/** The parser's marks within a paragraph as a tree. A link leads to the web or to mail, or is text; a picture is a link to it. */
import type { Token } from 'markdown-it';
import type { Inline } from './markdown-tree.ts';

/** Longer targets are text. */
const MAX_HREF = 2000;
const SAFE_HREF = /^(?:https?:\/\/[^\s/]|mailto:[^\s])/i;

interface Span {
	close(inlines: Inline[]): Inline[];
	inlines: Inline[];
}

/** `tokens`: what the parser made of one text. */
export function inlineTree(tokens: readonly Token[]): Inline[] {
	const spans: Span[] = [{ close: (inlines) => inlines, inlines: [] }];
	for (const token of tokens) {
		if (token.nesting === 1) spans.push({ close: closerOf(token), inlines: [] });
		else if (token.nesting === -1) {
			const span = spans.pop();
			if (span) spans.at(-1)?.inlines.push(...span.close(joined(span.inlines)));
		} else spans.at(-1)?.inlines.push(...leafOf(token));
	}
	return joined(spans[0]?.inlines ?? []);
}

const MARKS: Readonly<Record<string, 'strong' | 'emphasis' | 'strike'>> = {
	strong_open: 'strong',
	em_open: 'emphasis',
	s_open: 'strike',
};

function closerOf(token: Token): Span['close'] {
	const kind = MARKS[token.type];
	if (kind !== undefined) return (inlines) => [{ kind, inlines }];
	return (inlines) => linked(String(token.attrGet('href') ?? ''), inlines);
}

function leafOf(token: Token): Inline[] {
	if (token.type === 'code_inline') return [{ kind: 'code', text: token.content }];
	if (token.type === 'hardbreak') return [{ kind: 'break' }];
	if (token.type === 'softbreak') return [{ kind: 'text', text: '\n' }];
	if (token.type !== 'image') return [{ kind: 'text', text: token.content }];
	const name = inlineTree(token.children ?? []);
	return linked(String(token.attrGet('src') ?? ''), [
		{ kind: 'text', text: 'picture: ' },
		...(name.length === 0 ? [{ kind: 'text' as const, text: 'without a name' }] : unlinked(name)),
	]);
}

/** Where a target may not be followed (a path, a script) its text stands behind the words. */
function linked(target: string, inlines: Inline[]): Inline[] {
	const href = safeHref(target);
	const label = plainText(inlines);
	if (href === null) {
		const isSaid = target === '' || label === target;
		return isSaid ? inlines : [...inlines, { kind: 'text', text: ` (${target})` }];
	}
	const shown: Inline[] = label.trim() === '' ? [{ kind: 'text', text: target }] : unlinked(inlines);
	return [{ kind: 'link', href, inlines: shown }];
}

/** No link within a link. */
const unlinked = (inlines: readonly Inline[]): Inline[] =>
	inlines.flatMap((one) => (one.kind === 'link' ? one.inlines : [one]));

/** As a browser would read it; null for anything but the web and mail. */
function safeHref(target: string): string | null {
	if (!SAFE_HREF.test(target) || target.length > MAX_HREF) return null;
	try {
		const { protocol, href } = new URL(target);
		return ['http:', 'https:', 'mailto:'].includes(protocol) ? href : null;
	} catch {
		return null;
	}
}

export function plainText(inlines: readonly Inline[]): string {
	return inlines
		.map((one) => ('text' in one ? one.text : 'inlines' in one ? plainText(one.inlines) : ' '))
		.join('');
}

function joined(inlines: readonly Inline[]): Inline[] {
	const all: Inline[] = [];
	for (const one of inlines) {
		const last = all.at(-1);
		if (one.kind === 'text' && last?.kind === 'text') last.text += one.text;
		else if (one.kind !== 'text' || one.text !== '') all.push(one.kind === 'text' ? { ...one } : one);
	}
	return all;
}
