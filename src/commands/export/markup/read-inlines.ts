/** Reads the marks within a paragraph: code, bold, italic, struck out, links. Linear: every search is bounded, or remembered. */
import type { Inline } from './markup-tree.ts';

/** Longer targets are text. */
const MAX_HREF = 2000;
/** A longer run of backticks is text. */
const MAX_TICKS = 32;
/** Marks that wait for their ends; of more, the oldest are text. */
const MAX_OPEN = 48;

const NEXT = /\\[!-/:-@[-`{-~\n]|`+|\*+|_+|~~|!?\[|\]|<|(?<![A-Za-z0-9])https?:\/\/|\n/g;
const TARGET = new RegExp(
	`\\([ \\n]?(?:<([^<>\\n]{0,${MAX_HREF}})>|([^\\s()<>]{0,${MAX_HREF}}(?:\\([^\\s()]{0,200}\\)[^\\s()<>]{0,200}){0,3}))(?:[ \\n]{1,3}(?:"[^"\\n]{0,300}"|'[^'\\n]{0,300}'))?[ \\n]?\\)`,
	'y',
);
const ANGLE_LINK = new RegExp(`<((?:https?://|mailto:)[^\\s<>]{1,${MAX_HREF}})>`, 'y');
const BARE_LINK = new RegExp(`https?://[^\\s<>"'\`[\\]|\\\\]{1,${MAX_HREF}}`, 'y');

interface Mark {
	/** `*`, `**`, `_`, `__`, `~~`, `[`, `![`. */
	sign: string;
	/** Where its own text stands among the inlines. */
	at: number;
}

export function readInlines(text: string): Inline[] {
	return new InlineReader(text).read();
}

class InlineReader {
	readonly #text: string;
	readonly #inlines: Inline[] = [];
	readonly #open: Mark[] = [];
	/** Lengths of runs of backticks that have no end from here on. */
	readonly #endless = new Set<number>();

	constructor(text: string) {
		this.#text = text;
	}

	read(): Inline[] {
		let from = 0;
		NEXT.lastIndex = 0;
		for (let hit = NEXT.exec(this.#text); hit !== null; hit = NEXT.exec(this.#text)) {
			this.#say(this.#text.slice(from, hit.index));
			from = this.#take(hit[0], hit.index);
			NEXT.lastIndex = from;
		}
		this.#say(this.#text.slice(from));
		return joined(this.#inlines);
	}

	#say(text: string): void {
		if (text !== '') this.#inlines.push({ kind: 'text', text });
	}

	/** Returns where the text behind it begins. */
	#take(sign: string, at: number): number {
		const end = at + sign.length;
		const [first = ''] = sign;
		if (sign === '\\\n') this.#inlines.push({ kind: 'break' });
		else if (first === '\\') this.#say(sign.slice(1));
		else if (first === '`') return this.#code(sign, at);
		else if (first === '*' || first === '_' || first === '~') this.#emphasis(sign, at);
		else if (sign === '[' || sign === '![') this.#begin(sign);
		else if (first === ']') return this.#link(at);
		else if (first === '<' || first === 'h') return this.#autolink(sign, at);
		else this.#line();
		return end;
	}

	/** Two blanks before the end of a line keep it apart. */
	#line(): void {
		const last = this.#inlines.at(-1);
		const isBroken = last?.kind === 'text' && last.text.endsWith('  ');
		if (last?.kind === 'text') last.text = last.text.trimEnd();
		this.#inlines.push(isBroken ? { kind: 'break' } : { kind: 'text', text: '\n' });
	}

	#code(ticks: string, at: number): number {
		const start = at + ticks.length;
		const isEndless = ticks.length > MAX_TICKS || this.#endless.has(ticks.length);
		const end = isEndless ? -1 : this.#runOf(ticks, start);
		if (end < 0) {
			this.#endless.add(ticks.length);
			this.#say(ticks);
			return start;
		}
		const inner = this.#text.slice(start, end).replaceAll('\n', ' ');
		const isPadded = inner.startsWith(' ') && inner.endsWith(' ') && inner.trim() !== '';
		this.#inlines.push({ kind: 'code', text: isPadded ? inner.slice(1, -1) : inner });
		return end + ticks.length;
	}

	/** The next run of exactly these backticks. */
	#runOf(ticks: string, from: number): number {
		for (let at = this.#text.indexOf(ticks, from); at >= 0; at = this.#text.indexOf(ticks, at)) {
			let end = at;
			while (this.#text.charAt(end) === '`') end++;
			if (end - at === ticks.length) return at;
			at = end;
		}
		return -1;
	}

	#emphasis(run: string, at: number): void {
		const before = this.#text.charAt(at - 1);
		const after = this.#text.charAt(at + run.length);
		const mayOpen = after !== '' && !/\s/.test(after) && !(run.startsWith('_') && isWord(before));
		const mayClose = before !== '' && !/\s/.test(before) && !(run.startsWith('_') && isWord(after));
		// Runs of more than three are rules and drawings.
		const signs = run === '~~' ? [run] : run.length > 3 ? [] : splitRun(run);
		if (signs.length === 0) this.#say(run);
		for (const sign of mayClose ? signs.toReversed() : signs) {
			if (mayClose && this.#close(sign)) continue;
			if (mayOpen) this.#begin(sign);
			else this.#say(sign);
		}
	}

	#begin(sign: string): void {
		if (this.#open.length >= MAX_OPEN) this.#open.shift();
		this.#open.push({ sign, at: this.#inlines.length });
		this.#say(sign);
	}

	#close(sign: string): boolean {
		const mark = this.#open.findLastIndex((open) => open.sign === sign || open.sign.endsWith('['));
		const open = this.#open[mark];
		if (open === undefined || open.sign !== sign || open.at === this.#inlines.length - 1) return false;
		const inlines = joined(this.#inlines.splice(open.at).slice(1));
		this.#open.length = mark;
		const kind = sign === '~~' ? 'strike' : sign.length === 2 ? 'strong' : 'emphasis';
		this.#inlines.push({ kind, inlines });
		return true;
	}

	/** A picture becomes a link to it: it is never loaded. */
	#link(at: number): number {
		const mark = this.#open.findLastIndex(({ sign }) => sign.endsWith('['));
		const open = this.#open[mark];
		TARGET.lastIndex = at + 1;
		const target = open === undefined ? null : TARGET.exec(this.#text);
		if (open === undefined || target === null) {
			if (open !== undefined) this.#open.splice(mark, 1);
			this.#say(']');
			return at + 1;
		}
		const inlines = joined(this.#inlines.splice(open.at).slice(1));
		this.#open.length = mark;
		const named = target[1] ?? target[2] ?? '';
		this.#inlines.push(...linked(named, open.sign === '![' ? pictured(inlines) : inlines));
		return at + 1 + target[0].length;
	}

	#autolink(sign: string, at: number): number {
		const shape = sign === '<' ? ANGLE_LINK : BARE_LINK;
		shape.lastIndex = at;
		const [whole, inner] = shape.exec(this.#text) ?? [];
		if (whole === undefined) {
			this.#say(sign);
			return at + sign.length;
		}
		const url = inner ?? withoutEnd(whole);
		this.#inlines.push(...linked(url, [{ kind: 'text', text: url }]));
		return at + (inner === undefined ? url.length : whole.length);
	}
}

const isWord = (sign: string): boolean => /[\p{L}\p{N}]/u.test(sign);

/** `***` is `**` and `*`. */
const splitRun = (run: string): string[] => (run.length < 3 ? [run] : [run.slice(0, 2), run.slice(2)]);

/** A sentence ends behind its link, and a bracket around it closes there. */
function withoutEnd(url: string): string {
	const plain = url.replace(/[.,;:!?*_~|\]}]+$/, '');
	return plain.endsWith(')') && !plain.includes('(') ? plain.replace(/\)+[.,;:!?]*$/, '') : plain;
}

const pictured = (inlines: Inline[]): Inline[] => [
	{ kind: 'text', text: 'picture: ' },
	...(inlines.length === 0 ? [{ kind: 'text' as const, text: 'without a name' }] : inlines),
];

/** Where a target may not be followed (a path, a script) its text stands behind the words. */
function linked(target: string, inlines: Inline[]): Inline[] {
	const href = safeHref(target);
	const label = textOf(inlines);
	if (href !== null)
		return [
			{
				kind: 'link',
				href,
				inlines: label.trim() === '' ? [{ kind: 'text', text: target }] : unlinked(inlines),
			},
		];
	const isSaid = target === '' || label === target;
	return isSaid ? inlines : [...inlines, { kind: 'text', text: ` (${target})` }];
}

/** No link within a link. */
const unlinked = (inlines: readonly Inline[]): Inline[] =>
	inlines.flatMap((one) => (one.kind === 'link' ? one.inlines : [one]));

const SAFE_HREF = /^(?:https?:\/\/[^\s/]|mailto:[^\s])/i;

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

function textOf(inlines: readonly Inline[]): string {
	return inlines
		.map((one) => ('text' in one ? one.text : 'inlines' in one ? textOf(one.inlines) : ' '))
		.join('');
}

function joined(inlines: readonly Inline[]): Inline[] {
	const all: Inline[] = [];
	let words: string[] = [];
	const close = () => {
		if (words.length > 0) all.push({ kind: 'text', text: words.join('') });
		words = [];
	};
	for (const one of inlines) {
		if (one.kind === 'text') words.push(one.text);
		else {
			close();
			all.push(one);
		}
	}
	close();
	return all;
}
