import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { editText } from '../../src/cli/input/edit-text.ts';
import { relayPaths } from '../../src/config/xdg-paths.ts';
import { createProcessTable } from '../../src/core/processes/create-process-table.ts';
import { removeStrayPrivateFiles } from '../../src/turns/process/private-files.ts';

let root: string;
beforeEach(() => {
	root = mkdtempSync(join(tmpdir(), 'edit-text-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it('edits in a file that the next relay removes where this one is killed meanwhile', async () => {
	const editor = join(root, 'editor');
	writeFileSync(editor, `#!/bin/sh\necho "$1" >"${root}/seen"\necho more >>"$1"\n`, { mode: 0o755 });
	const env = { HOME: root, EDITOR: editor, PATH: '/usr/bin:/bin' };
	const processes = createProcessTable();
	const paths = relayPaths(env);
	expect(await editText({ env, folder: root, paths, processes }, 'words\n', [])).toBe('words\nmore\n');
	const seen = readFileSync(join(root, 'seen'), 'utf8').trim();
	const folder = join(paths.stateHome, 'private');
	expect(seen.startsWith(`${folder}/`)).toBe(true);
	expect(readdirSync(folder)).toEqual([]);
	// What a kill leaves, with the pid of a relay that is gone.
	writeFileSync(join(folder, seen.slice(folder.length + 1).replace(/^\d+/, '2147483646')), 'words');
	removeStrayPrivateFiles(folder, processes);
	expect(readdirSync(folder)).toEqual([]);
});
