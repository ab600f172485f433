import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readRegularFile } from '../../../../src/core/files/read-file.ts';

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'relay-read-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a regular file', () => {
	it.each([0, 1, 4095, 70_000, 1024 * 1024, 1024 * 1024 + 1])('of %d bytes is read whole', (size) => {
		const bytes = Buffer.alloc(size, 'abc');
		const path = join(folder, 'file');
		writeFileSync(path, bytes);
		expect(readRegularFile(path)?.equals(bytes)).toBe(true);
		expect(readRegularFile(path, size)?.length).toBe(size);
		if (size > 0) expect(readRegularFile(path, size - 1)).toBeNull();
	});

	it.skipIf(!existsSync('/proc/self/status'))('whose size the system does not tell is read, too', () => {
		expect(readRegularFile('/proc/self/status')?.toString()).toMatch(/^Name:/);
	});

	it('is not a folder', () => {
		expect(readRegularFile(folder)).toBeNull();
		expect(readRegularFile(join(folder, 'missing'))).toBeNull();
	});
});
