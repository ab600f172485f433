import { describe, expect, it } from 'vitest';
import { readBurst } from '../../../../../src/shell/editor/decode/bursts.ts';
import { createKeyDecoder } from '../../../../../src/shell/editor/keys.ts';

const keysOf = (bytes: string) => {
	const decoder = createKeyDecoder();
	return [...decoder.push(Buffer.from(bytes)), ...decoder.flush()];
};
const read = (bytes: string, isOpen = false) => readBurst(keysOf(bytes), isOpen);

describe('bursts', () => {
	it.each([
		['lines with returns', 'first line\rsecond line\rthird', 'first line\nsecond line\nthird'],
		['lines with line feeds', 'first line\nsecond line\n', 'first line\nsecond line\n'],
		['a tab in it', 'if x:\r\tpass\r\treturn', 'if x:\n\tpass\n\treturn'],
	])('takes %s for one paste', (_, bytes, text) => {
		expect(read(bytes)).toEqual({ keys: [{ kind: 'paste', text }], isOpen: true });
	});

	it.each([
		['a line and Enter', 'fix the failing test\r'],
		['Enter twice', 'fix the failing test\r\r'],
		['a few keys that a slow line held back', 'yes\rno'],
		['keys of another kind between', 'fix the test\x03\rand then'],
		['Shift+Enter', 'fix the test\x1b[13;2uand then'],
		['a backslash before CR LF', '\\\r\n'],
		['a paste', '\x1b[200~first line\rsecond line\x1b[201~'],
	])('leaves %s alone', (_, bytes) => {
		expect(read(bytes)).toEqual({ keys: keysOf(bytes), isOpen: false });
	});

	it('takes the pieces that follow for its rest, but Enter alone for Enter', () => {
		expect(read('end of it\r', true).keys).toEqual([{ kind: 'paste', text: 'end of it\n' }]);
		expect(read('\r', true)).toEqual({ keys: keysOf('\r'), isOpen: false });
	});

	it('waits for the rest of what is too long to be typed', () => {
		expect(read('x'.repeat(4000))).toEqual({
			keys: [{ kind: 'text', text: 'x'.repeat(4000) }],
			isOpen: true,
		});
		expect(read('x'.repeat(20)).isOpen).toBe(false);
	});
});
