import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { safeText } from '../../../src/core/text.ts';
import { MarkdownRows } from '../../../src/markdown/markdown-rows.ts';
import { columnsOf } from '../../../src/ui/text-width.ts';
import { createTheme } from '../../../src/ui/theme.ts';

const color = createTheme(true);
const plain = createTheme(false);

const open = (columns = 60, theme = plain) =>
	new MarkdownRows({ theme, columns: () => columns, maxTableRows: () => 8 });

function render(text: string, columns = 60, theme = plain): string[] {
	const rows = open(columns, theme);
	return [...rows.push(text), ...rows.end()];
}

describe('an answer as rows', () => {
	it('shows headings, bold, code, struck out and links', () => {
		expect(render('## Plan\n**do** *it* `now` ~~not~~ [here](https://x.example/a)', 60, color)).toEqual([
			color.bold('Plan'),
			'',
			`${color.bold('do')} ${color.italic('it')} ${color.accent('now')} ${color.dim('~~not~~')} here ${color.dim('(https://x.example/a)')}`,
		]);
	});

	it('keeps the marks where there is no colour', () => {
		expect(render('## Plan ##\n**do** *it* `a``b` <https://x.example>')).toEqual(
			['## Plan', '', '**do** *it* ```a``b``` https://x.example'.replaceAll('```', '`')].map((row) =>
				row.replace('`a``b`', '```a``b```'),
			),
		);
	});

	it('numbers, nests and ticks items, each below its text', () => {
		expect(
			render(
				'1. one\n1. two is a long item that goes on\n   - in it\n     - [x] done\n     - [ ] open\n- other',
				24,
			),
		).toEqual([
			'1. one',
			'2. two is a long item',
			'   that goes on',
			'   • in it',
			'     ✓ done',
			'     ☐ open',
			'• other',
		]);
	});

	it('has one blank row between blocks, and between items only where they have one', () => {
		expect(render('a\n# b\n- c\n- d\n\n\n- e\n> f\n\n---\n')).toEqual([
			...['a', '', '# b', '', '• c', '• d', '', '• e', '', '│ f', '', '─'.repeat(24)],
		]);
	});

	it('shows code two further in, its language above it, wrapped at any character', () => {
		expect(render('- see:\n  ```ts x\n  a b\n\n  \tlonger than it\n  ```\nend', 14)).toEqual([
			...['• see:', '  ts', '    a b', '', '      longer t', '    han it', '', 'end'],
		]);
	});

	it('fits a table: natural widths, then the widest gives way', () => {
		const table =
			'| Input | n |\n|---|--:|\n| `a` | 1 |\n| one two three four five six seven eight nine ten eleven twelve | 12 |';
		expect(render(table)).toEqual([
			'Input                                                      n',
			'────────────────────────────────────────────────────────  ──',
			'`a`                                                        1',
			'one two three four five six seven eight nine ten eleven   12',
			'twelve',
		]);
	});

	it('shows a narrow table as blocks', () => {
		expect(
			render('| Name | Size |\n|---|---|\n| logo | 12 K |\n| the long one that goes on | 3 |', 24),
		).toEqual([...['Name  logo', 'Size  12 K', '', 'Name  the long one that', '      goes on', 'Size  3']]);
	});

	it('leaves what only looks like a mark', () => {
		for (const line of [
			'2 ** 3 ** 4',
			'src/**/*.ts and **/a.ts',
			'an open **bold',
			'a | b',
			'#tag',
			'snake_case_name',
			'[x] y',
			'<b>',
		])
			expect(render(line)).toEqual([line]);
	});

	it('shows wide text, and breaks it between its characters', () => {
		expect(render('**日本語**の文章 と emoji 👩‍💻👍🏽', 11, color)).toEqual([
			`${color.bold('日本語')}の文`,
			'章 と emoji',
			'👩‍💻👍🏽',
		]);
	});
});

describe('an answer that grows', () => {
	it('hands on a row once the next word does not fit, and a heading and code at the end of their lines', () => {
		const rows = open(20);
		expect(rows.push('one two three four five six seven eight nine ten eleven')).toEqual([
			'one two three four',
			'five six seven eight',
		]);
		expect(rows.live()).toEqual(['nine ten eleven']);
		expect(rows.push('\n## He')).toEqual(['nine ten eleven']);
		expect(rows.live()).toEqual(['', '## He']);
		expect(rows.push('ad\n```\nco')).toEqual(['', '## Head']);
		expect(rows.push('de\n')).toEqual(['', '  code']);
	});

	it('waits for a mark that is open, for 400 characters at most', () => {
		const rows = open(20);
		expect(rows.push('one **two three four five six seven')).toEqual([]);
		expect(rows.live()).toEqual(['one **two three four', 'five six seven']);
		expect(rows.push(` ${'word '.repeat(90)}`).length).toBeGreaterThan(10);
		expect(render(`**a ${'word '.repeat(100)}b**`, 20).at(-1)).toBe('word b**');
	});

	it('keeps a table live until its end, or until it is too tall: then its widths stay', () => {
		const rows = open();
		expect(rows.push('| Name | Size |\n|---|---|\n| a | 1 |\n| b')).toEqual([]);
		expect(rows.live()).toEqual(['Name  Size', '────  ────', 'a     1', 'b']);
		expect(rows.push('\n'.concat('| c | 2 |\n'.repeat(5)))).toHaveLength(9);
		expect(rows.push('| longer | 3 |\n')).toEqual(['long  3', 'er']);
	});

	it('changes nothing when it is looked at', () => {
		const rows = open();
		const text = '- a **b\n- c** d\n\n| x | y |\n|-|-|\n| 1 | 2 |\n```\ncode\n```\n';
		const shown = [...text].flatMap((unit) => {
			rows.live();
			return rows.push(unit);
		});
		expect([...shown, ...rows.end()]).toEqual(render(text));
	});
});

const PARTS = [
	...[
		'word ',
		'longer-word ',
		'漢字',
		'か\u3099',
		'👩‍💻',
		'👍🏽',
		'🇩🇪',
		'e\u0301',
		'1\ufe0f',
		'می\u200cخواهم ',
		'\u202e',
		'\u001b[31m',
		'\t',
	],
	...[
		'\n',
		'\n',
		'\n\n',
		'**',
		'*',
		'_',
		'~~',
		'`',
		'``',
		'[',
		'](',
		')',
		'](https://x.y/)',
		'![',
		'<',
		'https://x.y/z ',
	],
	...[
		'# ',
		'> ',
		'- ',
		'1. ',
		'  ',
		'    ',
		'```',
		'```js\n',
		'~~~\n',
		'---\n',
		'|',
		'| a | b |\n',
		'|-|:-:|\n',
		'\\',
		'- [x] ',
		'x'.repeat(50),
		'  \n',
	],
];
const mixture = fc
	.array(fc.oneof(fc.constantFrom(...PARTS), fc.constantFrom(...PARTS), fc.string({ maxLength: 30 })), {
		maxLength: 40,
	})
	.map((parts) => safeText(parts.join('')));

describe('any text', () => {
	it('has the same rows however it is cut, none too wide, without a control character', () => {
		fc.assert(
			fc.property(
				mixture,
				fc.array(fc.nat(40), { maxLength: 30 }),
				fc.integer({ min: 8, max: 80 }),
				fc.boolean(),
				(text, cuts, columns, hasColor) => {
					const theme = hasColor ? color : plain;
					const whole = render(text, columns, theme);
					const rows = open(columns, theme);
					const cut: string[] = [];
					let at = 0;
					for (const length of cuts) {
						cut.push(...rows.push(text.slice(at, at + length)));
						rows.live();
						at += length;
					}
					cut.push(...rows.push(text.slice(at)), ...rows.end());
					expect(cut).toEqual(whole);
					for (const row of whole) {
						expect(columnsOf(row)).toBeLessThanOrEqual(columns);
						expect(row.replace(/\u001b\[[\d;]*m/g, '')).not.toMatch(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/u);
					}
				},
			),
			{ numRuns: 400 },
		);
	});

	it('loses no word', () => {
		const words = fc.array(
			fc.constantFrom(
				'word',
				'**bold**',
				'`code`',
				'\n',
				'- ',
				'> ',
				'| cell |',
				'x'.repeat(70),
				'漢字',
				'_it_',
			),
			{ maxLength: 60 },
		);
		fc.assert(
			fc.property(words, fc.integer({ min: 8, max: 80 }), (parts, columns) => {
				const text = parts.join(' ');
				const count = (shown: string, sign: RegExp) => (shown.replace(/\s/g, '').match(sign) ?? []).length;
				const shown = render(text, columns).join('');
				for (const sign of [/w/g, /x/g, /b/g, /漢/g]) expect(count(shown, sign)).toBe(count(text, sign));
			}),
		);
	});
});

describe('what is very long', () => {
	const LINE = 64 * 1024;
	const FENCE = 256 * 1024;

	it('is shown to its end, its marks only in the first 64 KB of a line', () => {
		const words = '**a** b '.repeat(LINE / 8 + 500);
		const rows = render(`${words}**end**\n**next** line`, 60, color);
		const text = rows.join(' ');
		expect(text).toContain(color.bold('a'));
		expect(rows.at(-2)).toContain('**end**');
		expect(rows.at(-1)).toBe(`${color.bold('next')} line`);
		expect(text.replaceAll(/[^ab]/g, '').length).toBeGreaterThan((LINE / 8) * 2);
		for (const row of rows) expect(columnsOf(row)).toBeLessThanOrEqual(60);
	});

	it('has its marks only in the first 256 KB of a paragraph, and again in the next block', () => {
		const words = '**a** b\n'.repeat(FENCE / 8 + 500);
		const rows = render(`${words}**end**\n- **item**\n\n**next**`, 60, color);
		expect(rows[0]).toBe(`${color.bold('a')} b`);
		expect(rows).toHaveLength(FENCE / 8 + 500 + 5);
		expect(rows.slice(-6)).toEqual([
			...['**a** b', '**end**', '', `• ${color.bold('item')}`],
			...['', color.bold('next')],
		]);
	});

	it('has its colour only in the first 256 KB of a fence, which ends where it is closed', () => {
		const lines = Array.from({ length: FENCE / 16 + 500 }, (_, at) => `const a = ${100_000 + at}`);
		const rows = render(`\`\`\`\n${lines.join('\n')}\n\`\`\`\n**after**`, 60, color);
		expect(rows[0]).toBe(`  ${color.accent(lines[0] ?? '')}`);
		expect(rows.slice(-3)).toEqual([`  ${lines.at(-1)}`, '', color.bold('after')]);
		expect(rows).toHaveLength(lines.length + 2);
	});

	it('has the same rows however it is cut', () => {
		const long = `${'a word, 漢字 and more '.repeat(LINE / 10)}\nnext\n\`\`\`\n${'code();\t'.repeat(FENCE / 4)}\n\`\`\`\nend`;
		const whole = render(long);
		for (const size of [997, 4096, 70_001]) {
			const rows = open();
			const shown: string[] = [];
			for (let at = 0; at < long.length; at += size) shown.push(...rows.push(long.slice(at, at + size)));
			expect([...shown, ...rows.end()]).toEqual(whole);
		}
	});

	it('can be looked at while it grows', () => {
		const rows = open();
		rows.push('word '.repeat(LINE));
		rows.push('the newest');
		expect(rows.live().at(-1)).toContain('the newest');
		expect(rows.live()).toEqual(rows.live());
	});
});
