import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../../../src/handoff/redact.ts';
import { openHistory, parseHistory, withEntry } from '../../../../src/shell/editor/history.ts';

describe('history', () => {
	it('keeps secrets out of its file, and what was typed in this shell', () => {
		const folder = mkdtempSync(join(tmpdir(), 'relay-history-'));
		const path = join(folder, 'history');
		const redactor = createRedactor(['value-of-a-variable']);
		const history = openHistory(path, (text) => redactor.record(text));
		history.add('DB_PASSWORD=correct-horse npm start');
		history.add('use value-of-a-variable');
		expect(history.entries()).toEqual(['DB_PASSWORD=correct-horse npm start', 'use value-of-a-variable']);
		expect(parseHistory(readFileSync(path, 'utf8'))).toEqual([
			'DB_PASSWORD=[redacted: secret] npm start',
			'use [redacted: secret value]',
		]);
		rmSync(folder, { recursive: true });
	});

	it('reads a prompt of several lines as one, and leaves damaged lines out', () => {
		expect(parseHistory('"one"\n{"a":1}\nnot json\n"two\\nlines"\n"o')).toEqual(['one', 'two\nlines']);
	});

	it('takes a new entry whole where the last line of its file is torn', () => {
		const folder = mkdtempSync(join(tmpdir(), 'relay-history-'));
		const path = join(folder, 'history');
		writeFileSync(path, '"one"\n"tw');
		openHistory(path).add('three');
		openHistory(path).add('four');
		expect(openHistory(path).entries()).toEqual(['one', 'three', 'four']);
		rmSync(folder, { recursive: true });
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
