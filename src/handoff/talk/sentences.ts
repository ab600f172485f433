/** Cuts an agent's text into units that can be kept or left out one by one: sentences, list items, code blocks. */
import { cutText } from '../pieces/cut-text.ts';

export interface Unit {
	text: string;
	kind: 'sentence' | 'item' | 'heading' | 'code';
	/** Units of one paragraph (or one list) share its number. */
	paragraph: number;
}

const FENCE = /^\s*(```|~~~)/;
const ITEM = /^\s*(?:[-*+•‣–]|\d{1,3}[.)]|[a-zA-Z][.)])\s+/;
const HEADING = /^\s*#{1,6}\s|^\s*\*\*[^*]{1,80}\*\*:?\s*$/;
const MAX_UNIT_CHARS = 1200;

export function segment(text: string): Unit[] {
	const units: Unit[] = [];
	let paragraph = 0;
	let prose: string[] = [];
	let code: string[] | null = null;
	const flush = () => {
		for (const sentence of splitSentences(prose.join(' ')))
			units.push({ text: sentence, kind: 'sentence', paragraph });
		prose = [];
	};
	for (const line of text.split('\n')) {
		if (FENCE.test(line)) {
			flush();
			if (code) {
				units.push({ text: code.join('\n'), kind: 'code', paragraph: paragraph++ });
				code = null;
			} else code = [];
		} else if (code) code.push(line);
		else if (line.trim() === '') {
			flush();
			paragraph++;
		} else if (HEADING.test(line)) {
			flush();
			units.push({ text: line.trim(), kind: 'heading', paragraph: ++paragraph });
		} else if (ITEM.test(line)) {
			flush();
			for (const part of chop(line.trim())) units.push({ text: part, kind: 'item', paragraph });
		} else prose.push(line.trim());
	}
	if (code) units.push({ text: code.join('\n'), kind: 'code', paragraph });
	flush();
	return units.filter((unit) => /[\p{L}\p{N}]/u.test(unit.text));
}

/** Words after which a full stop does not end a sentence. */
const ABBREVIATION =
	/(?:^|[\s(])(?:\p{L}|e\.g|i\.e|z\.\s?B|d\.\s?h|u\.\s?a|o\.\s?ä|bzw|usw|ggf|vgl|ca|Nr|p\.\s?ex|par ex|cf|etc|vs|approx|fig|sec|ch|p|pp|vol|no|Mr|Mrs|Ms|Dr|Prof|St|ej|art|núm|pág|т\.\s?е|т\.\s?д)\.$/iu;
/** The last word of an abbreviation, with its full stop. */
const MAX_ABBREVIATION = 8;
// A terminator with closing marks, then white space; or a full-width terminator. Tried once for a run of terminators.
const BOUNDARY = /(?<![.!?…؟])[.!?…؟]+["'»”’)\]*_]*(?=\s)|[。！？｡]+[」』”’）]*/g;

/** @internal For tests: they try it alone, in many scripts. */
export function splitSentences(text: string): string[] {
	const out: string[] = [];
	const hasCode = text.includes('`');
	let start = 0;
	for (const match of text.matchAll(BOUNDARY)) {
		const end = match.index + match[0].length;
		const isShortWord =
			text.lastIndexOf(' ', end - 2) >= end - MAX_ABBREVIATION || end - start <= MAX_ABBREVIATION;
		if (match[0] === '.' && isShortWord && ABBREVIATION.test(text.slice(Math.max(start, end - 12), end)))
			continue;
		if (hasCode && isInsideCode(text, start, end)) continue;
		out.push(...chop(text.slice(start, end).trim()));
		start = end;
	}
	out.push(...chop(text.slice(start).trim()));
	return out.filter((sentence) => sentence !== '');
}

/**
 * True if an odd number of backticks precedes the position: it is in `code`. Over long distances it is a stray backtick, not code.
 */
function isInsideCode(text: string, start: number, end: number): boolean {
	if (end - start > 400) return false;
	let ticks = 0;
	for (let i = start; i < end; i++) if (text[i] === '`') ticks++;
	return ticks % 2 === 1 && text.indexOf('`', end) - end < 200 && text.includes('`', end);
}

/** Cuts text without any sentence end at white space, so that no unit outgrows a budget. */
function chop(text: string): string[] {
	if (text.length <= MAX_UNIT_CHARS) return [text];
	const parts: string[] = [];
	for (let rest = text; rest !== ''; ) {
		const space = rest.length > MAX_UNIT_CHARS ? rest.lastIndexOf(' ', MAX_UNIT_CHARS) : rest.length;
		const at = space > MAX_UNIT_CHARS / 2 ? space : MAX_UNIT_CHARS;
		parts.push(cutText(rest, at));
		rest = rest.slice(cutText(rest, at).length).trimStart();
	}
	return parts;
}
