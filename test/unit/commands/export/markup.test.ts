import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHtml } from '../../../../src/commands/export/markup/to-html.ts';
import { fenced, toMarkdown } from '../../../../src/commands/export/markup/to-markdown.ts';
import { readMarkdown, readMarkdownPieces } from '../../../../src/markdown/read-markdown.ts';
import { growthOf, LINEAR } from '../../../helpers/growth.ts';

const html = (text: string) => toHtml(readMarkdown(text)).html;
const markdown = (text: string) => toMarkdown(readMarkdown(text));

describe('the Markdown of an answer', () => {
	it.each([
		['# One\n## Two ##', '<h1>One</h1>\n<h2>Two</h2>\n'],
		['#hash', '<p>#hash</p>\n'],
		['a\nb  \nc', '<p>a\nb<br>c</p>\n'],
		[
			'**b** *i* __b__ _i_ ~~s~~ `c`',
			'<p><strong>b</strong> <em>i</em> <strong>b</strong> <em>i</em> <del>s</del> <code>c</code></p>\n',
		],
		['***both***', '<p><em><strong>both</strong></em></p>\n'],
		['snake_case_name 2 * 3 * 4 2**3', '<p>snake_case_name 2 * 3 * 4 2**3</p>\n'],
		['``a ` b`` and `` ` ``', '<p><code>a ` b</code> and <code>`</code></p>\n'],
		['\\*plain\\*', '<p>*plain*</p>\n'],
		['> said\ngoes on\n\nafter', '<blockquote><p>said\ngoes on</p>\n</blockquote>\n<p>after</p>\n'],
		['---', '<hr>\n'],
	])('%j', (text, expected) => {
		expect(html(text)).toBe(expected);
	});

	it('has lists in lists, numbers that begin anywhere, boxes, and code in an item', () => {
		expect(html('3. a\n4. b\n   - c\n   - d\n\n   ```ts\n   x\n   ```')).toBe(
			'<ol start="3">\n<li>a</li>\n<li>b<ul>\n<li>c</li>\n<li>d</li>\n</ul>\n<pre tabindex="0" aria-label="code, ts"><code>x\n</code></pre>\n</li>\n</ol>\n',
		);
		expect(html('- [x] done\n- [ ] open')).toContain('aria-label="done"></span>done</li>');
	});

	it('has tables with their sides, and bars in code behind a backslash', () => {
		const table = html('| a | b |\n|:--|--:|\n| `x\\|y` | 1 |\n| only |');
		expect(table).toContain('<th scope="col">a</th><th scope="col" class="right">b</th>');
		expect(table).toContain('<td><code>x|y</code></td><td class="right">1</td>');
		expect(table).toContain('<td>only</td><td class="right"></td>');
	});

	it('links an address that is its own label, and one among marks', () => {
		const link = '<a href="https://x.example/a" rel="noopener noreferrer">https://x.example/a</a>';
		expect(html('[https://x.example/a](https://x.example/a) _https://x.example/a_')).toBe(
			`<p>${link} <em>${link}</em></p>\n`,
		);
	});

	it('loses nothing that stands deep in quotes and lists', () => {
		for (const mark of ['> ', '- ', '1. ', '- > ']) {
			const page = html(`${mark.repeat(200)}deep`);
			expect(page).toContain('deep');
			expect(page.match(/<(?:blockquote|ul|ol)/g)?.length).toBeLessThanOrEqual(25);
		}
	});

	it('keeps the tabs of code, and ends a fence that nobody closed', () => {
		expect(html('```go\n\tx := 1\n')).toContain('<code>\tx := 1\n');
		expect(markdown('~~~\nopen')).toBe('```\nopen\n```');
	});

	it('links to the web and to mail, says where else a link would lead, and loads no picture', () => {
		expect(html('[a](https://x.example/b "t") <mailto:a@b.c> https://y.example/z.')).toBe(
			'<p><a href="https://x.example/b" rel="noopener noreferrer">a</a> <a href="mailto:a@b.c" rel="noopener noreferrer">mailto:a@b.c</a> <a href="https://y.example/z" rel="noopener noreferrer">https://y.example/z</a>.</p>\n',
		);
		expect(html('[f](src/a.ts:1)')).toBe('<p>f (src/a.ts:1)</p>\n');
		expect(html('![p](https://x.example/p.png)')).toBe(
			'<p><a href="https://x.example/p.png" rel="noopener noreferrer">picture: p</a></p>\n',
		);
	});

	it('reads a long text in pieces that end between blocks, and never within code', () => {
		const part = `${'word '.repeat(20_000)}\n\n`;
		const text = `${part.repeat(4)}\`\`\`\n${'code\n\n'.repeat(100_000)}\`\`\`\n\nend`;
		const pieces = [...readMarkdownPieces(text)];
		expect(pieces.length).toBeGreaterThan(1);
		expect(pieces.flat().map(({ kind }) => kind)).toEqual([
			...Array(4).fill('paragraph'),
			'code',
			'paragraph',
		]);
	});

	it('takes no more than linear time for what looks like marks', () => {
		const hostile = ['[', '[](', '*a ', '`', '``a`', '> ', '- ', '|', '<http://', '_', '# ', ' \t', '![](<'];
		for (const piece of hostile)
			expect(
				growthOf((size) => void html(piece.repeat(size)), 500),
				piece,
			).toBeLessThan(LINEAR);
	});
});

const HOSTILE = [
	'<script>x()</script>',
	'<img src=x onerror=x()>',
	'</details></style></script>',
	'`a\n</details>`',
	'- ```\n</details>\n```\n</details>',
	'[a](javascript:x) [b](data:text/html,x) [c](JaVaScRiPt:x) [d](&#106;avascript:x) [e](\\\\evil.example)',
	'[x](https://a.example/"onclick="x)',
	'<https://a.example/"onclick="x>',
	'```"><script>\n</code></pre><script>\n```',
	'| <script> |\n|---|\n| </table><script> |',
	'# <svg onload=x>',
	'[<b>](https://a.example) ![<b>](https://a.example)',
	'[[a](javascript:x)](https://a.example)',
];

describe('hostile Markdown', () => {
	it.each(HOSTILE)('%j is text in HTML', (text) => {
		const tags = html(text).match(/<\/?[a-z][^>]*>/gi) ?? [];
		const known =
			/^<\/?(?:p|a|pre|code|ul|li|h1|strong|em|br|table|thead|tbody|tr|th|td|div)(?:>| (?:href="(?:https?|mailto):[^"<>]*" rel="noopener noreferrer"|class="wide" tabindex="0" role="region" aria-label="table"|scope="col"|tabindex="0" aria-label="code[^"<>]*")>)$/;
		expect(tags.filter((tag) => !known.test(tag))).toEqual([]);
	});

	it.each(HOSTILE)('%j is text in Markdown, where it is read again', (text) => {
		const again = markdown(text);
		const outside = again
			.replace(/(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, '')
			.replace(/\]\(<(?:https?|mailto):[^<>]*>\)/g, '');
		expect(outside).not.toMatch(/[<>](?! )/);
		expect(outside).not.toMatch(/!\[/);
	});
});

const PIECES = [
	...[
		'<',
		'>',
		'"',
		"'",
		'&',
		'`',
		'```',
		'~~~',
		'*',
		'**',
		'_',
		'[',
		'](',
		')',
		'![',
		'\n',
		'\n\n',
		'    ',
		'- ',
		'1. ',
	],
	...[
		'> ',
		'|',
		'\n|-|-|\n',
		'# ',
		'a',
		'b c',
		'https://x.y/',
		'<script>',
		'</details>',
		'javascript:',
		'\\',
		'---',
		'~~',
	],
];

describe('any mixture of marks', () => {
	it('gives elements that are known, closed in order, with nothing of the text in a tag', () => {
		const text = fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((pieces) => pieces.join(''));
		fc.assert(
			fc.property(text, (mixture) => {
				const page = html(mixture);
				const open: string[] = [];
				for (const [tag, end, name = ''] of page.matchAll(/<(\/?)([a-z0-9]+)[^>]*>/g)) {
					expect(tag).toMatch(
						/^<(?:\/?[a-z0-9]+|a href="https:\/\/x\.y\/[^"<>]*" rel="noopener noreferrer"|[a-z]+(?: (?:class|start|scope|tabindex|role|aria-label)="[^"<>]*")+)>$/,
					);
					if (name === 'br' || name === 'hr') continue;
					if (end === '') open.push(name);
					else expect(open.pop()).toBe(name);
				}
				expect(open).toEqual([]);
				expect(page.replace(/<\/?[a-z0-9]+[^>]*>/g, '')).not.toMatch(/[<>]/);
			}),
			{ numRuns: 500 },
		);
	});
});

describe('a fence', () => {
	it('is longer than any in its text', () => {
		expect(fenced('a\n````\nb', 'md')).toBe('`````md\na\n````\nb\n`````');
	});
});
