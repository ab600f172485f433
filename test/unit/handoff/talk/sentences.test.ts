import { describe, expect, it } from 'vitest';
import { segment, splitSentences } from '../../../../src/handoff/talk/sentences.ts';
import { growthOf, LINEAR } from '../../../helpers/growth.ts';

describe('splitSentences', () => {
	it.each([
		['One. Two! Three?', ['One.', 'Two!', 'Three?']],
		['picked it. next: that. ok', ['picked it.', 'next: that.', 'ok']],
		['See src/a.ts, e.g. the 1.5 s case. Done.', ['See src/a.ts, e.g. the 1.5 s case.', 'Done.']],
		['Das gilt z. B. für Listen. Und mehr.', ['Das gilt z. B. für Listen.', 'Und mehr.']],
		['选择了甲。因为乙！好吗？', ['选择了甲。', '因为乙！', '好吗？']],
		['Use `a. b` here. Then go.', ['Use `a. b` here.', 'Then go.']],
		['«Oui.» Puis non.', ['«Oui.»', 'Puis non.']],
	])('cuts %s', (text, sentences) => {
		expect(splitSentences(text)).toEqual(sentences);
	});

	it('cuts text without any end at white space', () => {
		const parts = splitSentences('word '.repeat(2000));
		expect(Math.max(...parts.map((part) => part.length))).toBeLessThanOrEqual(1200);
		expect(parts.join(' ').split(/\s+/).filter(Boolean)).toHaveLength(2000);
	});
});

describe('segment', () => {
	it('distinguishes prose, list items, headings and code', () => {
		const units = segment('# Plan\nFirst. Second.\n\n- [x] one\n- two\n\n```js\nlet a.\nb\n```\nend');
		expect(units.map(({ kind, text }) => [kind, text])).toEqual([
			['heading', '# Plan'],
			['sentence', 'First.'],
			['sentence', 'Second.'],
			['item', '- [x] one'],
			['item', '- two'],
			['code', 'let a.\nb'],
			['sentence', 'end'],
		]);
	});

	it('keeps code whose fence never closes', () => {
		expect(segment('```\nlet a').map(({ kind }) => kind)).toEqual(['code']);
	});

	it.each(['?', '.', '?"', '。', '?]'])(
		'takes a time that grows with the length of %j without a space',
		(piece) => {
			const textOf = (units: number) => `${piece.repeat(units / piece.length)}x End.`;
			expect(splitSentences(textOf(64_000)).at(-1)).toMatch(/End\.$/);
			expect(growthOf((units) => void splitSentences(textOf(units)))).toBeLessThan(LINEAR);
		},
	);
});
