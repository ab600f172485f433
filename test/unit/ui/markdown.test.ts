import { describe, expect, it } from 'vitest';
import { createMarkdownLines } from '../../../src/ui/markdown.ts';
import { columnsOf } from '../../../src/ui/text-width.ts';
import { createTheme } from '../../../src/ui/theme.ts';
import { growthOf, LINEAR } from '../../helpers/growth.ts';

const color = createTheme(true);
const render = (text: string, theme = color) => {
	const lines = createMarkdownLines(theme);
	return text.split('\n').flatMap((line) => lines.line(line, 40));
};

describe('markdown', () => {
	it('shows headings, bullets, bold and code', () => {
		expect(render('# Plan\n- **do** `it`')).toEqual([
			color.bold('Plan'),
			`• ${color.bold('do')} ${color.accent('it')}`,
		]);
	});

	it('leaves what only looks like a mark', () => {
		expect(render('2 ** 3 ** 4')).toEqual(['2 ** 3 ** 4']);
		expect(render('src/**/*.ts and **/a.ts')).toEqual(['src/**/*.ts and **/a.ts']);
		expect(render('an open **bold')).toEqual(['an open **bold']);
	});

	it('indents what hangs below a bullet', () => {
		expect(render('- one two three four five six seven eight nine')).toEqual([
			'• one two three four five six seven',
			'  eight nine',
		]);
	});

	it('keeps code as it is until its fence closes', () => {
		expect(render('```ts\n# not a heading\n**not bold**\n```\n# heading')).toEqual([
			color.dim('```ts'),
			color.accent('  # not a heading'),
			color.accent('  **not bold**'),
			color.dim('```'),
			color.bold('heading'),
		]);
	});

	it('does not close a longer fence with a shorter one', () => {
		expect(render('````\n```\n# still code\n````')[2]).toBe(color.accent('  # still code'));
	});

	it('never makes a row too wide, a fence with a long word included', () => {
		for (const line of [`\`\`\`${'x'.repeat(200)}`, `# ${'日本'.repeat(90)}`, `> ${'a b '.repeat(90)}`])
			expect(render(line).every((row) => columnsOf(row) <= 40)).toBe(true);
	});

	it.each([
		['backticks', '`'],
		['code', '`a'],
		['stars', '**a '],
		['bullets', '- '],
		['blanks', ' '],
		['quotes', '> '],
	])('takes as much longer as the line is longer: %s', (_, part) => {
		expect(growthOf((units) => render(part.repeat(units / part.length)))).toBeLessThan(LINEAR);
	});

	it('changes nothing for a partial line', () => {
		const lines = createMarkdownLines(color);
		lines.partial('```', 40);
		expect(lines.line('# heading', 40)).toEqual([color.bold('heading')]);
	});

	it('passes text unchanged without colour', () => {
		const text = '# Plan\n- **do** `it`\n> said\n---';
		expect(render(text, createTheme(false))).toEqual(text.split('\n'));
	});
});
