import {
	chmodSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProcessTable } from '../../../src/core/processes/create-process-table.ts';
import {
	PrivateFiles,
	removeStrayPrivateFiles,
	socketFolders,
} from '../../../src/turns/process/private-files.ts';
import { EngineBench } from '../../helpers/engine-bench.ts';

let root = '';
beforeEach(() => {
	root = mkdtempSync(join(tmpdir(), 'relay-private-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('a file that an agent must not start without', () => {
	const path = () => join(root, 'private/1.toml');
	function written(): PrivateFiles {
		const files = new PrivateFiles('Gemini CLI');
		files.write([{ path: path(), text: 'deny\n' }]);
		return files;
	}

	it('is private, holds what was asked, and is gone at the end', () => {
		const files = written();
		expect(statSync(path()).mode & 0o777).toBe(0o600);
		expect(statSync(join(root, 'private')).mode & 0o777).toBe(0o700);
		files.check();
		files.remove();
		expect(existsSync(path())).toBe(false);
	});

	const CHANGES: Array<[string, () => void]> = [
		['is gone', () => rmSync(path())],
		['says something else', () => writeFileSync(path(), 'allow')],
		['says as much, but something else', () => writeFileSync(path(), 'dens\n')],
		[
			'is another one with the same words',
			() => {
				writeFileSync(`${path()}.new`, 'deny\n');
				renameSync(`${path()}.new`, path());
			},
		],
		[
			'is a link',
			() => {
				renameSync(path(), join(root, 'moved'));
				symlinkSync(join(root, 'moved'), path());
			},
		],
		[
			'is a folder',
			() => {
				rmSync(path());
				mkdirSync(path());
			},
		],
	];
	it.each(CHANGES)('stops the start when it %s', (_, change) => {
		const files = written();
		change();
		expect(() => files.check()).toThrow(/Gemini CLI was not started/);
	});

	it('is removed once its relay is gone, and nothing else, nor through a link in place of its folder', () => {
		const folder = join(root, 'private');
		mkdirSync(folder);
		const stray = '4194305-gone-turn.toml';
		for (const name of [stray, 'notes.txt']) writeFileSync(join(folder, name), '');
		symlinkSync(folder, join(root, 'link'));
		removeStrayPrivateFiles(join(root, 'link'), createProcessTable());
		expect(readdirSync(folder).sort()).toEqual([stray, 'notes.txt']);
		removeStrayPrivateFiles(folder, createProcessTable());
		expect(readdirSync(folder)).toEqual(['notes.txt']);
		const files = new PrivateFiles('Gemini CLI');
		expect(() => files.write([{ path: join(root, 'link/1.toml'), text: 'deny' }])).toThrow(
			/link is not a folder of yours/,
		);
	});

	it('is never written over what is there, through a link, or where others may write', () => {
		const files = new PrivateFiles('Gemini CLI');
		mkdirSync(join(root, 'private'), { mode: 0o700 });
		symlinkSync(join(root, 'elsewhere'), path());
		expect(() => files.write([{ path: path(), text: 'x' }])).toThrow(/cannot be written/);
		expect(existsSync(join(root, 'elsewhere'))).toBe(false);
		const open = join(root, 'open/1.toml');
		mkdirSync(join(root, 'open'));
		chmodSync(join(root, 'open'), 0o777);
		expect(() => files.write([{ path: open, text: 'x' }])).toThrow(/others may write/);
	});
});

describe('the policy file of gemini', () => {
	const ID = 'd4de4b20-a599-4857-aeed-a12be9c04074';
	const lines = [
		{ type: 'init', session_id: ID, model: 'gemini-2.5-pro' },
		{ type: 'message', role: 'assistant', content: 'done', delta: true },
		{ type: 'result', status: 'success' },
	];
	const emit = lines.map((value) => `${JSON.stringify(value)}\n`).join('');
	let bench: EngineBench;
	beforeEach(() => {
		bench = new EngineBench();
	});
	afterEach(() => bench.dispose());

	it('is there while each turn below full runs, and gone with it', async () => {
		const keep = `cat "${join(bench.state, 'private')}"/*.policy.toml > seen-$(ls | wc -l).txt; true`;
		const turn = [{ run: keep }, { emit }, { exit: 0 }];
		bench.install('gemini', { turns: [turn, turn] });
		const bare = await bench.relay({ agent: 'gemini' }, { newNativeId: () => ID });
		await bare.send('Do the task.');
		await bare.send('Go on.');
		const seen = readdirSync(bench.folder).filter((name) => name.startsWith('seen-'));
		expect(seen).toHaveLength(2);
		for (const name of seen)
			expect(readFileSync(join(bench.folder, name), 'utf8')).toContain('"exit_plan_mode"');
		expect(readdirSync(join(bench.state, 'private'))).toEqual([]);
	});

	it('that cannot be made stops the turn before anything is sent', async () => {
		bench.install('gemini', { turns: [[{ run: 'touch started; true' }, { emit }, { exit: 0 }]] });
		writeFileSync(join(bench.root, 'a-file'), '');
		const privateFolder = join(bench.root, 'a-file/private');
		const bare = await bench.relay({ agent: 'gemini' }, { privateFolder, newNativeId: () => ID });
		await expect(bare.send('Do the task.')).rejects.toThrow(/Gemini CLI was not started/);
		expect(existsSync(join(bench.folder, 'started'))).toBe(false);
		expect(JSON.parse(bare.read(1, 'state.json'))).toMatchObject({
			status: 'failed',
			error: { code: 'not_started' },
		});
	});
});

describe('the folders for sockets', () => {
	it('are the private one, and the runtime folder of the login if it is for the user alone', () => {
		const base = mkdtempSync(join(tmpdir(), 'relay-runtime-'));
		const of = (XDG_RUNTIME_DIR?: string) => socketFolders('/state', { XDG_RUNTIME_DIR });
		try {
			const alone = join(base, 'alone');
			mkdirSync(alone, { mode: 0o700 });
			symlinkSync(alone, join(base, 'link'));
			mkdirSync(join(base, 'open'));
			chmodSync(join(base, 'open'), 0o755);
			expect(of(alone)).toEqual(['/state/private', join(alone, 'agent-relay')]);
			for (const other of [
				undefined,
				'',
				'relative',
				join(base, 'link'),
				join(base, 'open'),
				join(base, 'none'),
			])
				expect(of(other)).toEqual(['/state/private']);
		} finally {
			rmSync(base, { recursive: true, force: true });
		}
	});
});
