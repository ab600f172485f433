import { expect, it } from 'vitest';
import { createTheme } from '../../../../src/ui/theme.ts';
import { promptHead } from '../../../../src/view/transcript/prompt-head.ts';

const theme = createTheme(false);
const head = (text: string, columns: number) => promptHead(text, { who: 'claude', columns, theme });

it('names who gets the words, and goes on below them, or at the edge of a narrow terminal', () => {
	expect(head('Fold accents in the slug helper\n', 79)).toEqual(['claude › Fold accents in the slug helper']);
	const long = 'Fold accents in the slug helper, so that old browsers can link to what it makes of a title';
	expect(head(long, 79)).toEqual([
		'claude › Fold accents in the slug helper, so that old browsers can link to what',
		'         it makes of a title',
	]);
	expect(head(`${long}\nand the docs`, 39)).toEqual([
		'claude › Fold accents in the slug',
		'  helper, so that old browsers can link',
		'  to what it makes of a title',
		'  and the docs',
	]);
});

it('shows the beginning of a long prompt, and nothing that a terminal could obey', () => {
	const text = Array.from({ length: 40 }, (_, i) => `line ${i}\u001b[2J`).join('\n');
	expect(head(text, 79)).toEqual(['claude › line 0', '         line 1', '         ⋮ 38 lines']);
	const named = promptHead(text, { who: 'claude', columns: 79, theme, shows: '/show 9' });
	expect(named.at(-1)).toBe('         ⋮ 38 lines · /show 9');
	expect(head('', 79)).toEqual(['claude ›']);
});

it('marks the name in colour', () => {
	const color = createTheme(true);
	const [row] = promptHead('hi', { who: 'claude', columns: 79, theme: color });
	expect(row).toBe(`${color.accent(color.bold('claude ›'))} ${color.bold('hi')}`);
});
