import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filePieces } from '../../../../src/core/files/read-pieces.ts';

let folder: string;
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'relay-pieces-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);

describe('a file in pieces', () => {
	it('is all of what it had when it was found, and no more', () => {
		const bytes = Buffer.alloc(200_000, 'a line\n');
		writeFileSync(at('whole'), bytes);
		const found = filePieces(at('whole'));
		writeFileSync(at('whole'), Buffer.concat([bytes, Buffer.from('more')]));
		const pieces = [...(found?.pieces() ?? [])];
		expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
		expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(100_000);
	});

	it('ends early where it was cut or removed meanwhile', () => {
		writeFileSync(at('cut'), 'twelve bytes');
		const found = filePieces(at('cut'));
		truncateSync(at('cut'), 6);
		expect(Buffer.concat([...(found?.pieces() ?? [])]).toString()).toBe('twelve');
		rmSync(at('cut'));
		expect([...(found?.pieces() ?? [])]).toEqual([]);
	});

	it('is null where there is none, and refused for what is no file', () => {
		expect(filePieces(at('none'))).toBeNull();
		symlinkSync('/etc/passwd', at('link'));
		mkdirSync(at('folder'));
		for (const name of ['link', 'folder'])
			expect(() => filePieces(at(name))).toThrow(expect.objectContaining({ code: 'unreadable_file' }));
	});
});
