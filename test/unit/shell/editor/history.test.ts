import { describe, expect, it } from 'vitest';
import { openHistory, parseHistory, withEntry } from '../../../../src/shell/editor/history.ts';

describe('history', () => {
	it('reads a prompt of several lines as one, and leaves damaged lines out', () => {
		expect(parseHistory('"one"\n{"a":1}\nnot json\n"two\\nlines"\n"o')).toEqual(['one', 'two\nlines']);
	});

	it('keeps each entry once, the newest place counts', () => {
		expect(parseHistory('"a"\n"b"\n"a"\n')).toEqual(['b', 'a']);
		expect(withEntry(['a', 'b'], 'a')).toEqual(['b', 'a']);
	});

	it('is bounded', () => {
		const many = Array.from({ length: 3000 }, (_, i) => `${JSON.stringify(`entry ${i}`)}\n`).join('');
		const entries = parseHistory(many);
		expect(entries).toHaveLength(1000);
		expect(entries.at(-1)).toBe('entry 2999');
	});

	it('forgets blank entries and repetitions', () => {
		const history = openHistory(null);
		for (const entry of ['a', 'a', '  ', 'b']) history.add(entry);
		expect(history.entries()).toEqual(['a', 'b']);
	});
});
