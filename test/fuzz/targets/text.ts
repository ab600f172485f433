/** Text and bytes of others on their way to a terminal: cleaning, lines, widths, markdown, questions. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { LineSplitter } from '../../../src/core/files/line-splitter.ts';
import { jsonText } from '../../../src/core/json-text.ts';
import { createByteFilter, createTextFilter, safeLine, safeText } from '../../../src/core/text.ts';
import { MarkdownRows } from '../../../src/markdown/markdown-rows.ts';
import { readVerdict, withoutVerdict } from '../../../src/relay/chat/chat-verdict.ts';
import { createKeyDecoder, type Key } from '../../../src/shell/editor/keys.ts';
import { TerminalQuestions } from '../../../src/turns/questions/terminal/terminal-question.ts';
import { graphemesOf } from '../../../src/ui/graphemes.ts';
import { columnsOf, cutToColumns, wrapToColumns } from '../../../src/ui/text-width.ts';
import { createTheme } from '../../../src/ui/theme.ts';
import { growthOf, LINEAR } from '../../helpers/growth.ts';
import { splitAt } from '../../helpers/replay-fixture.ts';
import { oddJson, oddText } from '../odd.ts';
import { cuts } from '../recorded.ts';
import { type FuzzTarget, target } from '../target.ts';

/** What no text that is shown may hold, newline and tab apart. */
export const FORBIDDEN =
	/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\p{Cs}]/u;

/** Parts of which text is made that terminals, editors and formats read differently. */
const PARTS = [
	'word ',
	'\n',
	'\r\n',
	'\r',
	'\t',
	'\u001b[31m',
	'\u001b[',
	'\u001b]0;title\u0007',
	'\u001b]8;;http://x\u001b\\',
	'\u001bP',
	'\u009b2J',
	'\u0007',
	'\u0000',
	'\u202e',
	'\u200d',
	'\u200c',
	'\ufe0f',
	'👩',
	'👍🏽',
	'🇩🇪',
	'e\u0301',
	'日本',
	'می\u200cخواهم',
	'क्\u200dष',
	'\ud83d',
	'\udc4d',
	'\ufffe',
	'```',
	'**b**',
	'`',
	'- ',
	'> ',
	'# ',
	'|',
	'RELAY: DONE',
	'RELAY: CONTINUE',
	'[sudo] password for dev: ',
	'{"',
];
export const patchwork: fc.Arbitrary<string> = fc
	.array(fc.oneof(fc.constantFrom(...PARTS), fc.constantFrom(...PARTS), oddText), { maxLength: 14 })
	.map((parts) => parts.join(''));

const bytes = fc.oneof(
	patchwork.map((text) => Buffer.from(text)),
	fc.uint8Array({ maxLength: 80 }).map((raw) => Buffer.from(raw)),
);

/** What a keyboard sends, in pieces that may be no whole keys. */
const keyboard = fc
	.array(
		fc.oneof(
			fc.constantFrom(
				'\u001b',
				'\u001b[',
				'\u001bO',
				'A',
				'1;5',
				'~',
				'\u001b[200~',
				'\u001b[201~',
				'\r',
				'\u0003',
				'é漢👍',
			),
			patchwork,
		),
		{
			maxLength: 10,
		},
	)
	.map((parts) => Buffer.from(parts.join('')));

/** A long text as some parts over and over: what backtracks or copies shows in how its time grows. */
export function growing(
	name: string,
	promise: string,
	part: fc.Arbitrary<string>,
	work: (text: string) => void,
): FuzzTarget {
	const parts = fc.array(part, { minLength: 1, maxLength: 3 }).map((all) => all.join(''));
	return target(`${name} of any length`, promise, 1, fc.tuple(part, parts, part), ([before, unit, after]) => {
		const piece = unit === '' ? 'x' : unit;
		const growth = growthOf(
			(units) => work(before + piece.repeat(Math.ceil(units / piece.length)) + after),
			300,
		);
		expect(growth).toBeLessThan(LINEAR);
	});
}

/** For a line over the cap: no splitter is made with a smaller one. */
const KEPT_BYTES = 64 * 1024;

const theme = createTheme(true);
const markdownRows = (columns: number) =>
	new MarkdownRows({ theme, columns: () => columns, maxTableRows: () => 8 });
const linear = 'takes no more than as much longer as the text is longer';

export const textTargets: FuzzTarget[] = [
	target(
		'safe text',
		'holds nothing that a terminal obeys, is the same however it is cut, and stays as it is',
		300,
		fc.tuple(patchwork, cuts),
		([text, places]) => {
			const safe = safeText(text);
			expect(FORBIDDEN.test(safe)).toBe(false);
			expect(safeText(safe)).toBe(safe);
			const filter = createTextFilter();
			const units = [...Array(text.length).keys()].map((at) => text[at] ?? '');
			expect(units.map((unit) => filter.push(unit)).join('') + filter.end()).toBe(safe);
			const byteFilter = createByteFilter();
			const encoded = Buffer.from(text);
			const fromBytes =
				splitAt(encoded, places)
					.map((chunk) => byteFilter.push(chunk))
					.join('') + byteFilter.end();
			expect(fromBytes).toBe(safeText(encoded.toString('utf8')));
		},
	),
	target(
		'safe line',
		'is one line of the length asked for',
		200,
		fc.tuple(patchwork, fc.nat(60)),
		([text, most]) => {
			const line = safeLine(text, most);
			expect([...line].length).toBeLessThanOrEqual(most);
			expect(/[\n\t]/.test(line) || FORBIDDEN.test(line)).toBe(false);
			expect(safeLine(line, most)).toBe(line);
		},
	),
	target(
		'bytes as text',
		'are the same however they are cut',
		200,
		fc.tuple(bytes, cuts),
		([raw, places]) => {
			const read = (chunks: readonly Buffer[]) => {
				const filter = createByteFilter();
				return chunks.map((chunk) => filter.push(chunk)).join('') + filter.end();
			};
			const whole = read([raw]);
			expect(read(splitAt(raw, places))).toBe(whole);
			expect(FORBIDDEN.test(whole)).toBe(false);
		},
	),
	target(
		'lines',
		'are the same however the bytes are cut, each byte in one of them',
		200,
		fc.tuple(bytes, cuts, fc.boolean()),
		([some, places, isLong]) => {
			const most = isLong ? KEPT_BYTES : 10_000;
			const raw = isLong ? Buffer.concat([Buffer.alloc(KEPT_BYTES, 'x'), some]) : some;
			const split = (chunks: readonly Buffer[]) => {
				const splitter = new LineSplitter(most);
				const lines = chunks.flatMap((chunk) => splitter.push(chunk));
				const last = splitter.end();
				return last === null ? lines : [...lines, last];
			};
			const whole = split([raw]);
			expect(split(splitAt(raw, places))).toEqual(whole);
			const texts = whole.map((line) => (line.kind === 'line' ? line.text : line.head + line.tail));
			if (!isLong) expect(texts.join('\n')).toBe(raw.toString('utf8').replace(/\n$/, ''));
		},
	),
	target(
		'json text',
		'reads back the same and shows nothing that a terminal obeys',
		150,
		oddJson,
		(value) => {
			const text = jsonText({ value });
			expect(FORBIDDEN.test(text)).toBe(false);
			expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify({ value })));
		},
	),
	target(
		'rows',
		'are never wider than asked, and lose nothing but blanks',
		150,
		fc.tuple(patchwork.map(safeText), fc.integer({ min: 2, max: 40 }), fc.boolean()),
		([text, columns, byWord]) => {
			const [line = ''] = text.replaceAll('\t', ' ').split('\n', 1);
			const bare = (one: string) => one.replace(/\s/gu, '');
			const rows = wrapToColumns(line, columns, { byWord });
			for (const row of rows) expect(columnsOf(row)).toBeLessThanOrEqual(columns);
			expect(bare(rows.join(''))).toBe(bare(line));
			expect(columnsOf(cutToColumns(line, columns))).toBeLessThanOrEqual(columns);
			expect(graphemesOf(line).join('')).toBe(line);
		},
	),
	target(
		'markdown',
		'becomes the same rows however it is cut, none too wide, with no control but its own styles',
		150,
		fc.tuple(patchwork.map(safeText), fc.integer({ min: 8, max: 60 }), cuts),
		([text, columns, places]) => {
			const read = (pieces: readonly string[]) => {
				const rows = markdownRows(columns);
				const shown = pieces.flatMap((piece) => {
					rows.live();
					return rows.push(piece);
				});
				return [...shown, ...rows.end()];
			};
			const whole = read([text]);
			expect(
				read(
					splitAt(
						Buffer.from(text, 'utf16le'),
						places.map((place) => place * 2),
					).map((piece) => piece.toString('utf16le')),
				),
			).toEqual(whole);
			for (const row of whole) {
				expect(FORBIDDEN.test(row.replace(/\u001b\[[\d;]*m/g, ''))).toBe(false);
				expect(columnsOf(row)).toBeLessThanOrEqual(columns);
			}
		},
	),
	target(
		'terminal question',
		'is a safe line, and the same however its bytes arrive',
		150,
		fc.tuple(bytes, cuts, fc.boolean()),
		([raw, places, isTextAgent]) => {
			const ask = (chunks: readonly Buffer[]) => {
				const questions = new TerminalQuestions(0, { isTextAgent });
				for (const chunk of chunks) questions.output(chunk, 0);
				return [questions.tick(1_500, () => false), questions.tick(60_000, () => true)];
			};
			const asked = ask([raw]);
			expect(ask(splitAt(raw, places))).toEqual(asked);
			for (const text of asked)
				expect(text === null || (!FORBIDDEN.test(text) && !text.includes('\n'))).toBe(true);
		},
	),
	target(
		'keys',
		'are the same however the bytes of the keyboard arrive',
		200,
		fc.tuple(keyboard, cuts),
		([typed, places]) => {
			const decode = (chunks: readonly Buffer[]) => {
				const decoder = createKeyDecoder();
				return joined([...chunks.flatMap((chunk) => decoder.push(chunk)), ...decoder.flush()]);
			};
			expect(decode(splitAt(typed, places))).toEqual(decode([typed]));
		},
	),
	target(
		'verdict',
		'is that of the last line alone, and taking it off leaves none of it',
		150,
		patchwork,
		(message) => {
			const verdict = readVerdict(message);
			if (verdict === null) return expect(withoutVerdict(message)).toBe(message.trimEnd());
			expect(message.trimEnd().split('\n').at(-1)?.toLowerCase()).toContain(verdict);
			expect(message.startsWith(withoutVerdict(message))).toBe(true);
		},
	),
	growing('safe text', linear, patchwork, (text) => void safeText(text)),
	growing('markdown', linear, patchwork.map(safeText), (text) => {
		const rows = markdownRows(80);
		// What draws nothing (a fence) takes no time as long as it is short.
		rows.push(`${'word '.repeat(text.length / 5)}\n\n`);
		for (let at = 0; at < text.length; at += 4096) {
			rows.push(text.slice(at, at + 4096));
			rows.live();
		}
		rows.end();
	}),
	growing('verdict', linear, patchwork, (text) => void readVerdict(`${text}\nRELAY: DONE`)),
	growing('keys', linear, patchwork, (text) => {
		const decoder = createKeyDecoder();
		decoder.push(Buffer.from(text));
		decoder.flush();
	}),
];

/** Typed text comes as one key or several. */
function joined(keys: readonly Key[]): Key[] {
	const out: Key[] = [];
	for (const key of keys) {
		const last = out.at(-1);
		if (key.kind === 'text' && last?.kind === 'text') last.text += key.text;
		else out.push({ ...key });
	}
	return out;
}
