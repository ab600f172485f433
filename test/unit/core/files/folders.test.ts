import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPresence, listedIn } from '../../../../src/core/files/folders.ts';

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'relay-folders-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string) => writeFileSync(join(folder, name), '');

describe('one listing of a folder', () => {
	it('says what is not there', () => {
		write('.mcp.json');
		mkdirSync(join(folder, '.claude'));
		symlinkSync('nowhere', join(folder, '.codex'));
		const mayHold = listedIn(folder);
		expect(['.mcp.json', '.claude', '.codex', '.gemini', '.mcp'].map(mayHold)).toEqual([
			true,
			true,
			true,
			false,
			false,
		]);
	});

	it.each([
		['a name in upper case, which is the same on some disks', '.MCP.JSON', '.mcp.json'],
		['a letter that some disks take for another', '.mcp.jſon', '.mcp.json'],
		['a character that some disks leave out', '.mcp\u200c.json', '.mcp.json'],
	])('leaves open what %s may be', (_, name, wanted) => {
		write(name);
		expect(listedIn(folder)(wanted)).toBe(true);
	});

	it('leaves all open where it cannot list, or there is too much', () => {
		expect(listedIn(join(folder, 'missing'))('.env')).toBe(true);
		for (let at = 0; at <= 500; at++) write(`file-${at}`);
		expect(listedIn(folder)('.env')).toBe(true);
		rmSync(join(folder, 'file-0'));
		expect(listedIn(folder)('.env')).toBe(false);
	});
});

describe('the presence of many files', () => {
	it('is that of the first question, links followed', () => {
		write('one');
		symlinkSync('one', join(folder, 'link'));
		symlinkSync('nowhere', join(folder, 'broken'));
		const isThere = createPresence();
		const found = ['one', 'link', 'broken', 'missing'].map((name) => isThere(join(folder, name)));
		expect(found).toEqual([true, true, false, false]);
		expect(isThere(join(folder, 'no folder/file'))).toBe(false);
	});

	it.skipIf(process.getuid?.() === 0)('is looked up in a folder that cannot be listed', () => {
		write('one');
		chmodSync(folder, 0o300);
		try {
			const isThere = createPresence();
			expect(isThere(join(folder, 'one'))).toBe(true);
			expect(isThere(join(folder, 'two'))).toBe(false);
		} finally {
			chmodSync(folder, 0o700);
		}
	});
});
