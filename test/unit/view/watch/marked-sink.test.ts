import { describe, expect, it } from 'vitest';
import { PLAIN_THEME } from '../../../../src/ui/plain-theme.ts';
import { createMarkedSink } from '../../../../src/view/watch/marked-sink.ts';

function drawn(
	draw: (first: ReturnType<typeof createMarkedSink>, second: ReturnType<typeof createMarkedSink>) => void,
) {
	let text = '';
	const write = (part: string) => {
		text += part;
	};
	draw(createMarkedSink(write, 'AAAAAA', PLAIN_THEME), createMarkedSink(write, 'BBBBBB', PLAIN_THEME));
	return text;
}

describe('lines of several sessions on one stream', () => {
	it('are whole ones, each behind the mark of its session, however they come', () => {
		const text = drawn((first, second) => {
			first.text('message', 'one ');
			second.text('message', 'other\nnext');
			first.text('message', 'line\nand');
			second.line('a tool');
			first.text('message', ' more');
			first.endText();
			second.endText();
		});
		expect(text).toBe(
			[
				...['BBBBBB │ other', 'AAAAAA │ one line', 'BBBBBB │ next', 'BBBBBB │ a tool', 'AAAAAA │ and more'],
				'',
			].join('\n'),
		);
	});

	it('tell reasoning apart, and leave out what is blank', () => {
		const text = drawn((first) => {
			first.text('thought', 'hm\nwell');
			first.endText();
			first.line('');
			first.status(null);
		});
		expect(text).toBe('AAAAAA │ | hm\nAAAAAA │ | well\n');
	});

	it('hold back no line without end', () => {
		const text = drawn((first) => first.text('message', 'x'.repeat(9000)));
		expect(text).toBe(`AAAAAA │ ${'x'.repeat(9000)}\n`);
	});
});
