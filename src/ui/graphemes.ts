/**
 * Splits text into what a reader sees as single characters (extended grapheme clusters, https://unicode.org/reports/tr29/) in
 * linear time: `Intl.Segmenter` takes 19 s for 64 KB of mixed text at once (Node 20), 2 µs a character in small pieces, and its
 * answers change with the version of Unicode. Runs of characters that stand alone are recognized at once.
 */

/** Part of a text: `count` graphemes of `units` code units each. */
export interface GraphemeRun {
	from: number;
	units: number;
	count: number;
	/** Columns that each takes in a terminal; null: a single grapheme that must be measured. */
	columns: 0 | 1 | 2 | null;
}

/** Our own glyphs and Latin, Greek, Cyrillic, Hebrew, Arabic, Thai and Georgian letters: one unit, one column each. */
const NARROW =
	'\\x20-\\x7e\\u00a1-\\u00ac\\u00ae-\\u02ff\\u0384-\\u0482\\u048a-\\u052f\\u05d0-\\u05ea\\u0620-\\u064a\\u0671-\\u06d3\\u0e01-\\u0e30\\u10d0-\\u10ff\\u1e00-\\u1fff\\u2010-\\u2027\\u2190-\\u2193\\u2500-\\u257f\\u2800-\\u28ff…›·✓✗⊘↻■▸☐☑';
/** Ideographs, kana, Hangul syllables and fullwidth forms: one unit, two columns each. */
const WIDE =
	'\\u2e80-\\u3029\\u3030-\\u303e\\u3041-\\u3096\\u309b-\\u3247\\u3250-\\ua4c6\\uac00-\\ud7a3\\uf900-\\ufaff\\ufe30-\\ufe6b\\uff01-\\uff60\\uffe0-\\uffe6';
/** Emoji shown as pictures by default; two regional indicators are one flag, and a skin tone belongs to the emoji before it. */
const PICTURES = '[\\p{Emoji_Presentation}--[\\p{Regional_Indicator}\\p{Emoji_Modifier}]]';
const ONE_UNIT = '[\\0-\\uffff]';

/** Marks without a width of their own, skin tones and tags. */
const EXTENDS = '[\\p{Grapheme_Extend}\\p{Emoji_Modifier}]';
/** Characters that belong to whatever precedes them. */
const MARK = `[${EXTENDS}\\p{Mc}\\u200d\\u0e33\\u0eb3]`;
/** Vowels and finals of Hangul, which join only one another, initials and syllables. */
const VOWEL = '[\\u1160-\\u11a7\\ud7b0-\\ud7c6]';
const FINAL = '[\\u11a8-\\u11ff\\ud7cb-\\ud7fb]';
const INITIAL = '[\\u1100-\\u115f\\ua960-\\ua97c]';
/** More than any meaningful grapheme has. A longer one is cut there, and the rest counts as marks. */
const MANY = '{0,40}';
const PICTURE = '\\p{Extended_Pictographic}';
const HANGUL = `(?:${INITIAL}${MANY}(?:[\\uac00-\\ud7a3]${VOWEL}${MANY}|${VOWEL}{1,40})${FINAL}${MANY}|${INITIAL}{1,40}|${FINAL}{1,40})`;

const NARROW_RUN = new RegExp(`[${NARROW}]+`, 'vy');

/** Created when a text first needs them: they take a millisecond, which most starts save. */
let patterns: ReturnType<typeof createPatterns> | null = null;

function createPatterns() {
	const grapheme = [
		`(?:${PICTURE}${EXTENDS}${MANY}\\u200d)${MANY}${PICTURE}${MARK}${MANY}`,
		`\\p{Regional_Indicator}{2}${MARK}${MANY}`,
		`${HANGUL}${MARK}${MANY}`,
		'[\\p{Cc}\\p{Zl}\\p{Zp}]',
		`[^]${MARK}${MANY}`,
	].join('|');
	return {
		wide: new RegExp(`[${WIDE}[${PICTURES}&&${ONE_UNIT}]]+`, 'vy'),
		widePairs: new RegExp(`[\\u{20000}-\\u{3fffd}[${PICTURES}--${ONE_UNIT}]]+`, 'vy'),
		joins: new RegExp(`[${MARK}${VOWEL}${FINAL}]`, 'vy'),
		grapheme: new RegExp(grapheme, 'vy'),
	};
}

/** Yields the runs of the whole text, in order. */
export function* graphemeRuns(text: string): Generator<GraphemeRun, void, undefined> {
	for (let at = 0; at < text.length; ) {
		const run = narrowAt(text, at) ?? otherAt(text, at);
		yield run;
		at += run.units * run.count;
	}
}

/** The text split into what a reader sees as single characters. */
export function graphemesOf(text: string): string[] {
	const graphemes: string[] = [];
	for (const { from, units, count } of graphemeRuns(text)) {
		for (let i = 0; i < count; i++) graphemes.push(text.slice(from + i * units, from + (i + 1) * units));
	}
	return graphemes;
}

function narrowAt(text: string, from: number): GraphemeRun | null {
	return runTo(endOfMatch(NARROW_RUN, text, from), { text, from, units: 1, columns: 1 });
}

function otherAt(text: string, from: number): GraphemeRun {
	patterns ??= createPatterns();
	const { wide, widePairs, grapheme } = patterns;
	return (
		runTo(endOfMatch(wide, text, from), { text, from, units: 1, columns: 2 }) ??
		runTo(endOfMatch(widePairs, text, from), { text, from, units: 2, columns: 2 }) ?? {
			from,
			units: (endOfMatch(grapheme, text, from) ?? from + 1) - from,
			count: 1,
			columns: null,
		}
	);
}

/** A run of characters that stand alone, without the last one if the text after it may join it. */
function runTo(
	end: number | null,
	{ text, from, units, columns }: { text: string; from: number; units: 1 | 2; columns: 1 | 2 },
): GraphemeRun | null {
	if (end === null) return null;
	const count = (end - from) / units - (isJoined(text, end) ? 1 : 0);
	return count > 0 ? { from, units, count, columns } : null;
}

function isJoined(text: string, end: number): boolean {
	if (end === text.length) return false;
	patterns ??= createPatterns();
	return endOfMatch(patterns.joins, text, end) !== null;
}

function endOfMatch(pattern: RegExp, text: string, at: number): number | null {
	pattern.lastIndex = at;
	return pattern.test(text) ? pattern.lastIndex : null;
}
