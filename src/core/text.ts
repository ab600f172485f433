/**
 * The one gate between text that others wrote (agents, tools, file names, the repo) and a terminal or a readable file. An
 * allow-list: printable characters, newline and tab pass; anything a terminal could obey does not.
 *
 * - Whole escape sequences (CSI, OSC with its BEL or ST, DCS and its kin, two-byte ones, 8-bit C1 forms) are swallowed, so that
 *   coloured text stays readable. One that is cut off or too long is shown as text: `\x1b` and its body.
 * - Every other control is shown: `\x07`, a lone CR as `\r`; the CR of CRLF is dropped.
 * - Joiners (U+200C, U+200D) pass where a script or an emoji needs them: Persian, Hindi, a family. At the end of an emoji they are
 *   dropped.
 * - Bidi, zero-width, tag and other invisible characters are shown as `<U+202E>`.
 * - Lone surrogates and invalid UTF-8 become U+FFFD.
 */
import { isAscii } from 'node:buffer';

/** Feed it any split of a text; the concatenated output is the same. `end` returns what was still undecided. */
export interface TextFilter {
	push(text: string): string;
	end(): string;
}

/** As `TextFilter`, from UTF-8 bytes split anywhere. */
export interface ByteFilter {
	push(chunk: Uint8Array): string;
	end(): string;
}

/** No real sequence has longer parameters or bodies; these are shown, so that nothing can hide a whole answer. */
const MAX_PARAMETERS = 64;
const MAX_BODY = 2048;

const UNUSUAL = /[^\t\n\x20-\x7e]/;

const PARAMETERS = `[\\x30-\\x3f]{0,${MAX_PARAMETERS}}[\\x20-\\x2f]{0,${MAX_PARAMETERS}}`;
const BODY = `[^\\x00-\\x1f\\x7f-\\x9f]{0,${MAX_BODY}}`;
const CSI = '(?:\\x1b\\[|\\x9b)';
const STRING = '(?:\\x1b[\\]PX^_]|[\\x90\\x98\\x9d-\\x9f])';
const WHOLE_SEQUENCE = new RegExp(
	`${CSI}${PARAMETERS}[\\x40-\\x7e]|${STRING}${BODY}(?:\\x07|\\x1b\\\\|\\x9c)|\\x1b[\\x20-\\x2f]{0,8}(?![\\[\\]PX^_])[\\x30-\\x7e]`,
	'y',
);
const SEQUENCE_START = new RegExp(
	`(?:${CSI}${PARAMETERS}|${STRING}${BODY}\\x1b?|\\x1b[\\x20-\\x2f]{0,8})$`,
	'y',
);

/** Created when a text first needs them: they take 2 ms, which most starts save. */
let patterns: ReturnType<typeof createPatterns> | null = null;

function createPatterns() {
	const forbidden =
		'[[\\p{Cc}--[\\t\\n]]\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}\\p{Noncharacter_Code_Point}]';
	return {
		forbidden: new RegExp(forbidden, 'gv'),
		takesVariant: /^[\p{Extended_Pictographic}0-9#*]$/u,
		takesJoiner: /^(?:[\p{Extended_Pictographic}\p{Emoji_Modifier}]|\ufe0f)$/u,
		picture: /^\p{Extended_Pictographic}$/u,
		word: /^[\p{L}\p{M}\p{N}]$/u,
	};
}

function usePatterns(): ReturnType<typeof createPatterns> {
	patterns ??= createPatterns();
	return patterns;
}

/** Scripts whose letters change form next to each other, where joiners distinguish words (Unicode 16, 9.2 and 12). */
const JOINED_SCRIPTS = [
	...[
		'Arab',
		'Syrc',
		'Mong',
		'Nkoo',
		'Mand',
		'Phag',
		'Adlm',
		'Rohg',
		'Deva',
		'Beng',
		'Guru',
		'Gujr',
		'Orya',
		'Taml',
	],
	...[
		'Telu',
		'Knda',
		'Mlym',
		'Sinh',
		'Mymr',
		'Khmr',
		'Tibt',
		'Bali',
		'Java',
		'Sund',
		'Lana',
		'Newa',
		'Gran',
		'Tirh',
	],
];
let joinedLetter: RegExp | null = null;

/** True for a letter, mark or digit of such a script. The expression is built when a joiner is first met. */
function isJoined(character: string): boolean {
	const scripts = () => JOINED_SCRIPTS.map((script) => `\\p{Script_Extensions=${script}}`).join('');
	joinedLetter ??= new RegExp(`^[[${scripts()}]&&[\\p{L}\\p{M}\\p{N}]]$`, 'v');
	return joinedLetter.test(character);
}

export function createTextFilter(): TextFilter {
	let held = '';
	/** The last character shown: swallowed characters join nothing. */
	let before = '';

	const filter = (text: string, isLast: boolean): string => {
		let shown = '';
		let from = 0;
		const { forbidden } = usePatterns();
		forbidden.lastIndex = 0;
		for (let hit = forbidden.exec(text); hit !== null; hit = forbidden.exec(text)) {
			if (hit.index > from) before = lastCharacter(text, hit.index, before);
			const verdict = judge(text, hit.index, hit[0], before, isLast);
			shown += text.slice(from, hit.index);
			from = hit.index + verdict.length;
			if (verdict.length === 0) {
				held = text.slice(hit.index);
				return shown;
			}
			shown += verdict.shown;
			before = lastCharacter(verdict.shown, verdict.shown.length, before);
			forbidden.lastIndex = from;
		}
		if (text.length > from) before = lastCharacter(text, text.length, before);
		return shown + text.slice(from);
	};

	return {
		push(text) {
			if (held === '' && !UNUSUAL.test(text)) {
				if (text !== '') before = text.charAt(text.length - 1);
				return text;
			}
			const whole = held + text;
			held = '';
			return filter(whole, false);
		},
		end() {
			const rest = held;
			held = '';
			const shown = rest === '' ? '' : filter(rest, true);
			before = '';
			return shown;
		},
	};
}

export function createByteFilter(): ByteFilter {
	const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
	const filter = createTextFilter();
	let isCut = false;
	return {
		push(chunk) {
			if (!isCut && isAscii(chunk)) {
				return filter.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1'));
			}
			isCut = (chunk.at(-1) ?? 0) > 0x7f || (isCut && chunk.length === 0);
			return filter.push(decoder.decode(chunk, { stream: true }));
		},
		end() {
			isCut = false;
			return filter.push(decoder.decode()) + filter.end();
		},
	};
}

/** Makes a whole text safe to show; newlines and tabs are kept. */
export function safeText(text: string): string {
	if (!UNUSUAL.test(text)) return text;
	const filter = createTextFilter();
	return filter.push(text) + filter.end();
}

/** One safe line for titles, names and errors: runs of white space become one space, cut with `…` at `maxChars` characters. */
export function safeLine(text: string, maxChars: number): string {
	// A character shows as at most 10, so text far beyond the cut need not be read.
	const line = safeText(text.slice(0, maxChars * 8 + MAX_BODY))
		.replace(/\s+/gu, ' ')
		.trim();
	if (line.length <= maxChars) return line;
	const characters = [...line];
	if (characters.length <= maxChars) return line;
	// A joiner at the cut no longer joins anything.
	const kept = characters
		.slice(0, Math.max(0, maxChars - 1))
		.join('')
		.replace(/[\u200c\u200d]+$/u, '');
	return maxChars < 1 ? '' : `${kept}…`;
}

/** What to show for the forbidden character at `at`, and how much text it covers; length 0: more text is needed to decide. */
function judge(
	text: string,
	at: number,
	found: string,
	previous: string,
	isLast: boolean,
): { length: number; shown: string } {
	const code = found.codePointAt(0) ?? 0;
	const isAtEnd = at + found.length === text.length;
	if (code === 0x0d) {
		if (isAtEnd && !isLast) return { length: 0, shown: '' };
		return { length: 1, shown: text.charAt(at + 1) === '\n' ? '' : '\\r' };
	}
	if (code === 0x1b || (code >= 0x90 && code <= 0x9f)) return judgeSequence(text, at, code, isLast);
	if (code >= 0xd800 && code <= 0xdfff) {
		if (code < 0xdc00 && isAtEnd && !isLast) return { length: 0, shown: '' };
		return { length: 1, shown: '\ufffd' };
	}
	if ((code === 0xfe0e || code === 0xfe0f) && usePatterns().takesVariant.test(previous))
		return { length: 1, shown: found };
	if (code === 0x200c || code === 0x200d) return judgeJoiner(text, at, previous, isLast);
	return { length: found.length, shown: visible(code) };
}

/** Between two letters one of which needs it (`API`, U+200C, Persian plural), at the end of such a word, and inside an emoji. */
function judgeJoiner(
	text: string,
	at: number,
	previous: string,
	isLast: boolean,
): { length: number; shown: string } {
	const joiner = text.charAt(at);
	const { takesJoiner, word, picture } = usePatterns();
	if (isJoined(previous)) return { length: 1, shown: joiner };
	const isInEmoji = joiner === '\u200d' && takesJoiner.test(previous);
	if (!isInEmoji && !word.test(previous)) return { length: 1, shown: visible(joiner.charCodeAt(0)) };
	const next = text.codePointAt(at + 1);
	const isHalf = next !== undefined && next >= 0xd800 && next < 0xdc00 && at + 2 === text.length;
	if ((next === undefined || isHalf) && !isLast) return { length: 0, shown: '' };
	const following = next === undefined ? '' : String.fromCodePoint(next);
	if (isInEmoji) return { length: 1, shown: picture.test(following) ? joiner : '' };
	return { length: 1, shown: isJoined(following) ? joiner : visible(joiner.charCodeAt(0)) };
}

function judgeSequence(
	text: string,
	at: number,
	code: number,
	isLast: boolean,
): { length: number; shown: string } {
	WHOLE_SEQUENCE.lastIndex = at;
	if (WHOLE_SEQUENCE.test(text)) return { length: WHOLE_SEQUENCE.lastIndex - at, shown: '' };
	SEQUENCE_START.lastIndex = at;
	if (!isLast && SEQUENCE_START.test(text)) return { length: 0, shown: '' };
	return { length: 1, shown: visible(code) };
}

function visible(code: number): string {
	const hex = code.toString(16);
	return code < 0x100 && code !== 0xad
		? `\\x${hex.padStart(2, '0')}`
		: `<U+${hex.toUpperCase().padStart(4, '0')}>`;
}

function lastCharacter(text: string, end: number, before: string): string {
	if (end === 0) return before;
	const unit = text.charCodeAt(end - 1);
	const isLowHalf = unit >= 0xdc00 && unit <= 0xdfff;
	return text.slice(isLowHalf ? Math.max(0, end - 2) : end - 1, end);
}
