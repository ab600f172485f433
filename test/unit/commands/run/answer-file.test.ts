import {
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answerFile, writeAnswer } from '../../../../src/commands/run/answer-file.ts';
import type { SessionStore } from '../../../../src/sessions/store/session-store.ts';

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'relay-answer-'));
	mkdirSync(join(folder, '.agent-relay'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const store = async () =>
	({
		location: { folder: join(folder, '.agent-relay'), others: [], kept: '/nowhere/kept' },
	}) as unknown as SessionStore;
const place = (typed: string) => answerFile(typed, { folder, store });

describe('where the answer goes', () => {
	it('is a file here or elsewhere, whether it is there or not', async () => {
		writeFileSync(join(folder, 'old.txt'), 'before');
		expect(await place('new.txt')).toBe(join(folder, 'new.txt'));
		expect(await place(join(folder, 'old.txt'))).toBe(join(folder, 'old.txt'));
		expect(readFileSync(join(folder, 'old.txt'), 'utf8')).toBe('before');
	});

	it.each([
		['link.txt', 'refused', 'is a link'],
		['.', 'refused', 'is a folder'],
		['/dev/null', 'refused', 'is not a file'],
		['.agent-relay/x', 'refused', 'among the records'],
		['none/x', 'not_found', 'There is no folder'],
		['', 'usage', 'names no file'],
	])('is not %j', async (typed, code, message) => {
		symlinkSync('new.txt', join(folder, 'link.txt'));
		await expect(place(typed)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
	});
});

describe('the file of the answer', () => {
	it('holds it whole, safe to print, in place of what was there, and nothing else is left', () => {
		const path = join(folder, 'answer.txt');
		writeAnswer(path, 'one\n\x1b[2Jtwo');
		writeAnswer(path, 'three \x1b]0;title\x07\n');
		expect(readFileSync(path, 'utf8')).toMatch(/^three [^\x1b\x07]*\n$/);
		expect(readdirSync(folder).sort()).toEqual(['.agent-relay', 'answer.txt']);
	});

	it('says so where it cannot be written', () => {
		expect(() => writeAnswer(join(folder, 'gone', 'x'), 'text')).toThrow();
	});
});
