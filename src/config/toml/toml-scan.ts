/**
 * Locates keys and values in a TOML text that the real parser has already accepted. The parser keeps neither positions nor
 * comments; messages need the former and edits must leave the latter alone.
 */

export interface TomlEntry {
	/** Table and key, unquoted: `['limits', 'patience_s']`. */
	path: string[];
	/** Offsets into the text. */
	keyStart: number;
	valueStart: number;
	valueEnd: number;
	/** Path of the table header above it; empty at the top. */
	table: string[];
}

interface TomlTable {
	path: string[];
	isArray: boolean;
	start: number;
	/** Offset after the header's line. */
	bodyStart: number;
}

export interface TomlScan {
	entries: TomlEntry[];
	tables: TomlTable[];
}

/** Finds headers and top-level `key = value` pairs of valid TOML; for invalid text the result is useless. */
export function scanToml(text: string): TomlScan {
	const entries: TomlEntry[] = [];
	const tables: TomlTable[] = [];
	let table: string[] = [];
	let at = skipBlank(text, 0);
	while (at < text.length) {
		const start = at;
		if (text[at] === '[') {
			const isArray = text[at + 1] === '[';
			const name = scanKey(text, at + (isArray ? 2 : 1));
			table = name.path;
			at = endOfLine(text, name.end);
			tables.push({ path: table, isArray, start, bodyStart: Math.min(at + 1, text.length) });
		} else {
			const key = scanKey(text, at);
			const valueStart = skipSpaces(text, key.end + 1);
			const valueEnd = scanValue(text, valueStart);
			entries.push({ path: [...table, ...key.path], keyStart: start, valueStart, valueEnd, table });
			at = endOfLine(text, Math.max(valueEnd, start + 1));
		}
		at = skipBlank(text, at);
	}
	return { entries, tables };
}

/** Line and column (both from 1) of an offset. */
export function lineAndColumn(text: string, offset: number): { line: number; column: number } {
	const before = text.slice(0, offset);
	return { line: before.split('\n').length, column: offset - (before.lastIndexOf('\n') + 1) + 1 };
}

/** Ends of the elements of an array value (offsets after each element), and of its opening bracket. */
export function scanArray(
	text: string,
	valueStart: number,
): { open: number; elements: Array<[number, number]> } {
	const elements: Array<[number, number]> = [];
	let at = skipFiller(text, valueStart + 1);
	while (at < text.length && text[at] !== ']') {
		const end = scanValue(text, at);
		elements.push([at, end]);
		at = skipFiller(text, Math.max(end, at + 1));
	}
	return { open: valueStart + 1, elements };
}

function scanKey(text: string, from: number): { path: string[]; end: number } {
	const path: string[] = [];
	let at = skipSpaces(text, from);
	while (at < text.length && !'=]\n'.includes(text[at] ?? '')) {
		const end = '"\''.includes(text[at] ?? ' ') ? scanString(text, at) : scanBare(text, at);
		path.push(unquote(text.slice(at, end)));
		at = skipSpaces(text, Math.max(end, at + 1));
		if (text[at] === '.') at = skipSpaces(text, at + 1);
	}
	return { path, end: at };
}

function unquote(key: string): string {
	if (key.startsWith("'")) return key.slice(1, -1);
	if (!key.startsWith('"')) return key;
	try {
		return String(JSON.parse(key));
	} catch {
		return key.slice(1, -1);
	}
}

function scanValue(text: string, from: number): number {
	const first = text[from] ?? '';
	if (first === '"' || first === "'") return scanString(text, from);
	if (first === '[' || first === '{') return scanBracketed(text, from);
	let at = from;
	while (at < text.length && !',]}#\n\r'.includes(text[at] ?? '')) at++;
	return from + text.slice(from, at).trimEnd().length;
}

function scanBracketed(text: string, from: number): number {
	let depth = 0;
	for (let at = from; at < text.length; at++) {
		const char = text[at] ?? '';
		if (char === '"' || char === "'") at = scanString(text, at) - 1;
		else if (char === '#') at = endOfLine(text, at);
		else if (char === '[' || char === '{') depth++;
		else if ((char === ']' || char === '}') && --depth === 0) return at + 1;
	}
	return text.length;
}

/** Offset after the closing quote, one-line or triple; only `"` knows escapes. */
function scanString(text: string, from: number): number {
	const quote = text[from] ?? '"';
	const fence = text.startsWith(quote.repeat(3), from) ? quote.repeat(3) : quote;
	let at = from + fence.length;
	while (at < text.length && !text.startsWith(fence, at)) at += quote === '"' && text[at] === '\\' ? 2 : 1;
	at += fence.length;
	// A triple-quoted string may end in one or two quotes of its own.
	while (fence.length === 3 && text[at] === quote && at - from < text.length) at++;
	return Math.min(at, text.length);
}

function scanBare(text: string, from: number): number {
	let at = from;
	while (at < text.length && /[A-Za-z0-9_-]/.test(text[at] ?? '')) at++;
	return at;
}

function skipSpaces(text: string, from: number): number {
	let at = from;
	while (text[at] === ' ' || text[at] === '\t') at++;
	return at;
}

/** Blank lines, indentation and comments. */
function skipBlank(text: string, from: number): number {
	let at = from;
	for (;;) {
		while (at < text.length && ' \t\r\n\ufeff'.includes(text[at] ?? '')) at++;
		if (text[at] !== '#') return at;
		at = endOfLine(text, at);
	}
}

/** As `skipBlank`, plus commas. */
function skipFiller(text: string, from: number): number {
	let at = skipBlank(text, from);
	while (text[at] === ',') at = skipBlank(text, at + 1);
	return at;
}

function endOfLine(text: string, from: number): number {
	const at = text.indexOf('\n', from);
	return at < 0 ? text.length : at;
}
