import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ModeTracker } from '../../../src/ui/mode-tracker.ts';
import { PtyScreen } from '../../helpers/pty-screen.ts';

const PLAIN = '\x1b[0m\x1b(B';
const resetAfter = (...chunks: string[]) => {
	const tracker = new ModeTracker();
	for (const chunk of chunks) tracker.feed(Buffer.from(chunk));
	return tracker.reset();
};

describe('the modes of a terminal', () => {
	it('are put back as far as they were switched on, the alternate screen last', () => {
		expect(resetAfter('text\x1b[31m')).toBe(PLAIN);
		expect(resetAfter('\x1b[?1049h\x1b[?1000;1006h\x1b[?25l\x1b]0;a title\x07')).toBe(
			`\x1b[?1000l\x1b[?1006l\x1b[?1049l\x1b[?25h\x1b]0;\x07${PLAIN}`,
		);
		expect(resetAfter('\x1b[?2004h', '\x1b[?2004l')).toBe(PLAIN);
		expect(resetAfter('\x1b[?1003h\x1bc')).toBe(PLAIN);
	});

	it('pop as many requests for keys as each screen has, and not the one of the shell', () => {
		expect(resetAfter('\x1b[>1u\x1b[?1049h\x1b[>5u\x1b[>5u\x1b[<u')).toBe(
			`\x1b[<1u\x1b[?1049l\x1b[<1u${PLAIN}`,
		);
		expect(resetAfter('\x1b[<3u')).toBe(PLAIN);
		expect(resetAfter('\x1b[>4;2m')).toBe(`\x1b[>4;0m${PLAIN}`);
	});

	it('are known wherever the output is cut, and none is left on', () => {
		const parts = [
			'\x1b[?1049h',
			'\x1b[?1049l',
			'\x1b[?1000h',
			'\x1b[?2004h',
			'\x1b[?2004l',
			'\x1b[?25l',
			'\x1b[>1u',
			'\x1b[<u',
			'x',
			'\x1b[2;5r',
			'\x1b]0;t\x07',
		];
		fc.assert(
			fc.property(
				fc.array(fc.constantFrom(...parts), { maxLength: 30 }),
				fc.array(fc.nat(200)),
				(words, cuts) => {
					const text = words.join('');
					const at = [...new Set([0, ...cuts.filter((cut) => cut < text.length), text.length])].sort(
						(a, b) => a - b,
					);
					const chunks = at.slice(1).map((end, i) => text.slice(at[i], end));
					const reset = resetAfter(...chunks);
					expect(reset).toBe(resetAfter(text));
					const screen = new PtyScreen();
					screen.write(text + reset);
					expect([1049, 1000, 2004].filter((mode) => screen.modes.get(mode))).toEqual([]);
					expect(screen.modes.get(25) ?? true).toBe(true);
				},
			),
		);
	});

	it('are forgotten once they were put back', () => {
		const tracker = new ModeTracker();
		tracker.feed(Buffer.from('\x1b[?1000h\x1b]0;t\x07\x1b['));
		tracker.wasReset();
		tracker.feed(Buffer.from('?2004h'));
		expect(tracker.reset()).toBe(PLAIN);
	});
});
