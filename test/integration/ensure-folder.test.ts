import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureFolder } from '../../src/core/files/folders.ts';
import { compileSources } from '../helpers/compiled-sources.ts';

let root: string;
beforeEach(() => {
	root = mkdtempSync(join(tmpdir(), 'relay-folder-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('making a folder', () => {
	it('makes its parents, private, and leaves those that are there', () => {
		ensureFolder(join(root, 'a/b/c'));
		expect(statSync(join(root, 'a/b')).mode & 0o777).toBe(0o700);
		ensureFolder(join(root, 'a/b/c'));
		ensureFolder('/');
	});

	it('says what is in the way', () => {
		writeFileSync(join(root, 'file'), '');
		expect(() => ensureFolder(join(root, 'file'))).toThrow(/EEXIST/);
		expect(() => ensureFolder(join(root, 'file/below'))).toThrow(/ENOTDIR/);
	});

	// In a process of its own: Node's own `recursive` never comes back from it.
	it.skipIf(!existsSync('/proc/self'))('ends where no folder can be made below one that exists', async () => {
		const sources = compileSources('core/files/folders.ts');
		try {
			const script = `import { ensureFolder } from 'src:core/files/folders.js';
				try { ensureFolder('/proc/no-such/a/b'); } catch (error) { console.log(error.code); }`;
			const running = sources.start(script);
			const late = setTimeout(() => running.kill('SIGKILL'), 15_000);
			expect(await running.ended).toMatchObject({ code: 0, stdout: 'ENOENT\n' });
			clearTimeout(late);
		} finally {
			sources.remove();
		}
	});
});
