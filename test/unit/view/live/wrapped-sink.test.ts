import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createTheme } from '../../../../src/ui/theme.ts';
import { createWrappedSink } from '../../../../src/view/live/wrapped-sink.ts';

const words = fc
	.array(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1, maxLength: 40 })
	.map((list) => list.join(' '));

function shown(chunks: readonly string[], columns: number): string {
	let text = '';
	const write = (part: string) => {
		text += part;
	};
	const sink = createWrappedSink(write, { columns, margin: '  ', theme: createTheme(false) });
	for (const chunk of chunks) sink.text('message', chunk);
	sink.endText();
	return text;
}

it('breaks a growing text at words, the same for any split, and loses none', () => {
	fc.assert(
		fc.property(words, fc.nat(), fc.integer({ min: 12, max: 60 }), (text, cut, columns) => {
			const at = cut % (text.length + 1);
			const whole = shown([text], columns);
			expect(shown([text.slice(0, at), text.slice(at)], columns)).toBe(whole);
			expect(whole.trim().split(/\s+/).join(' ')).toBe(text);
			expect(whole.split('\n').filter((line) => line.length > columns)).toEqual([]);
		}),
	);
});
