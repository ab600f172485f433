import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BadLine, readJsonl } from '../../../src/core/jsonl.ts';

let folder: string;
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'relay-jsonl-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function read(content: string | Buffer, options: { maxBytes?: number; maxLineBytes?: number } = {}) {
	const path = join(folder, 'file.jsonl');
	writeFileSync(path, content);
	const bad: BadLine[] = [];
	const values = [...readJsonl(path, { ...options, onBadLine: (line) => bad.push(line) })];
	return { values, bad };
}

describe('a JSONL file', () => {
	it('gives its values with their line numbers; a last line without newline counts', () => {
		expect(read('{"a":1}\n\n"ü\u2028x"').values).toEqual([
			{ number: 1, value: { a: 1 } },
			{ number: 3, value: 'ü\u2028x' },
		]);
	});

	it('hides a torn last line and reports a bad one before it by number', () => {
		const { values, bad } = read('1\nnot json\n2\n{"torn": tr');
		expect(values.map(({ value }) => value)).toEqual([1, 2]);
		expect(bad).toEqual([{ number: 2, problem: 'not JSON' }]);
	});

	it('reports a line that is too long and goes on', () => {
		const { values, bad } = read(`1\n"${'x'.repeat(1000)}"\n2\n`, { maxLineBytes: 100 });
		expect(values.map(({ value }) => value)).toEqual([1, 2]);
		expect(bad).toEqual([{ number: 2, problem: 'too long (1002 bytes)' }]);
	});

	it('joins lines longer than one read', () => {
		const long = 'ü'.repeat(400_000);
		expect(read(`${JSON.stringify(long)}\n1\n`).values.map(({ value }) => value)).toEqual([long, 1]);
	});

	it('stops after the bytes allowed', () => {
		expect(read('1\n2\n3\n', { maxBytes: 4 }).values.map(({ value }) => value)).toEqual([1, 2]);
	});

	it('has no values when it is missing, and is refused when it is a link', () => {
		expect([...readJsonl(join(folder, 'missing'))]).toEqual([]);
		symlinkSync('/dev/null', join(folder, 'link'));
		expect(() => [...readJsonl(join(folder, 'link'))]).toThrow('ELOOP');
	});
});
