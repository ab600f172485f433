import { describe, expect, it } from 'vitest';
import { MarkdownRows } from '../../src/markdown/markdown-rows.ts';
import { createTheme } from '../../src/ui/theme.ts';
import { growthOf, LINEAR } from '../helpers/growth.ts';

describe('an answer as rows', () => {
	it('takes as much longer as the text is longer, whatever it is', () => {
		const parts = [
			'[',
			'*',
			'|',
			'> ',
			'- ',
			'`',
			'**a ',
			'``a',
			'_',
			'# ',
			' ',
			'x',
			'漢',
			'a**b',
			'*a_ ',
			'| a |\n',
			'[](',
			'\n',
			'1. a\n',
			'```\n',
			'|-|\n',
			'<http://',
			'\\',
		];
		for (const part of parts)
			expect(
				growthOf((units) => {
					const rows = new MarkdownRows({
						theme: createTheme(false),
						columns: () => 60,
						maxTableRows: () => 8,
					});
					for (let left = units; left > 0; left -= 4096) {
						rows.push(part.repeat(Math.ceil(4096 / part.length)));
						rows.live();
					}
				}, 500),
				part,
			).toBeLessThan(LINEAR);
	});

	it('takes less for each character once a line, a paragraph or a fence is too long for anybody to read', () => {
		const costs = (begin: string, part: string, units: number) =>
			growthOf((chars) => {
				const rows = new MarkdownRows({
					theme: createTheme(true),
					columns: () => 60,
					maxTableRows: () => 8,
				});
				rows.push(begin);
				const piece = part.repeat(4096 / part.length);
				for (let left = chars; left > 0; left -= piece.length) rows.push(piece);
				rows.end();
			}, units);
		// 64 lines of 16 KB against one of 1 MB, as many paragraphs of short lines, and as many fences.
		expect(costs('', '**a** b ', 16_384)).toBeLessThan(0.7);
		expect(costs('', '**a** b\n', 16_384)).toBeLessThan(0.7);
		expect(costs('```\n', 'a = 1;\n ', 65_536)).toBeLessThan(1.5);
	});
});
