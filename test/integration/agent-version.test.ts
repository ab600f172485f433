import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codexAdapter } from '../../src/agents/codex/adapter.ts';
import { packageVersion } from '../../src/app/package-version.ts';
import { createVersionCache } from '../../src/app/version-cache.ts';
import { EngineBench } from '../helpers/engine-bench.ts';

let root = '';
beforeEach(() => {
	root = mkdtempSync(join(tmpdir(), 'agent-version-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, text: string): string {
	const file = join(root, path);
	mkdirSync(dirname(file), { recursive: true });
	writeFileSync(file, text);
	return file;
}

const program = (path: string, script: string) => {
	const file = write(path, `#!/bin/sh\n${script}\n`);
	chmodSync(file, 0o755);
	return file;
};

function link(path: string, to: string): string {
	const file = join(root, path);
	mkdirSync(dirname(file), { recursive: true });
	symlinkSync(to, file);
	return file;
}

describe('the version of an npm package', () => {
	const INSTALL = 'npm install -g @google/gemini-cli';
	const manifest = (more: object = {}) =>
		JSON.stringify({
			name: '@google/gemini-cli',
			version: '0.61.0',
			bin: { gemini: 'bundle/gemini.js' },
			...more,
		});

	it('is found through the link on PATH, and nothing is started', () => {
		write('lib/gemini-cli/package.json', manifest());
		const main = program('lib/gemini-cli/bundle/gemini.js', `touch '${root}/started'; exit 1`);
		expect(packageVersion(link('bin/gemini', main), INSTALL)).toBe('0.61.0');
		expect(packageVersion(main, 'npm install -g @google/gemini-cli@latest')).toBe('0.61.0');
	});

	it('is not that of a package which only holds the program, or of another name', () => {
		write('lib/gemini-cli/package.json', manifest());
		expect(packageVersion(program('lib/gemini-cli/tools/gemini', 'exit 0'), INSTALL)).toBeNull();
		const main = program('lib/gemini-cli/bundle/gemini.js', 'exit 0');
		expect(packageVersion(main, 'brew install gemini')).toBeNull();
	});

	it.each([
		'',
		'null',
		'[]',
		manifest({ version: 7 }),
		manifest({ version: 'latest' }),
		manifest({ bin: 3 }),
	])('is unknown where package.json holds %s', (text) => {
		write('lib/gemini-cli/package.json', text);
		expect(packageVersion(program('lib/gemini-cli/bundle/gemini.js', 'exit 0'), INSTALL)).toBeNull();
	});

	it('is unknown for a program that is not there', () => {
		expect(packageVersion(join(root, 'none'), INSTALL)).toBeNull();
	});
});

describe('the versions that programs tell', () => {
	const cache = () =>
		createVersionCache(join(root, 'cache/versions.json'), () => ({ PATH: '/usr/bin:/bin' }));

	it('are asked once and remembered until the program changes', async () => {
		const codex = program('bin/codex', `echo x >> '${root}/asked'; echo 'codex-cli 0.169.0'`);
		expect(cache().known(codexAdapter, codex)).toBeNull();
		expect(await cache().ask(codexAdapter, codex)).toBe('0.169.0');
		expect(cache().known(codexAdapter, codex)).toBe('0.169.0');
		program('bin/codex', `echo 'codex-cli 0.171.0' # another size and time`);
		expect(cache().known(codexAdapter, codex)).toBeNull();
	});

	it('are none of a program that fails, whatever it printed', async () => {
		const codex = program('bin/codex', `echo 'codex-cli 0.169.0'; exit 3`);
		expect(await cache().ask(codexAdapter, codex)).toBeNull();
	});
});

describe('an agent’s first turn', () => {
	let bench: EngineBench;
	beforeEach(() => {
		bench = new EngineBench();
	});
	afterEach(() => bench.dispose());

	it('has in its record the version that became known while it ran', async () => {
		bench.install('claude', { turns: [[{ emit: 'x' }, { sleep: 50 }, { exit: 1 }]] });
		let version: string | null = null;
		const learned: string[] = [];
		const bare = await bench.relay(
			{ agent: 'claude' },
			{
				versions: {
					known: () => version,
					learn: ({ id }) => {
						learned.push(id);
						version = '2.1.197';
					},
				},
			},
		);
		await bare.send('Do it.');
		expect(learned).toEqual(['claude']);
		expect(JSON.parse(bare.read(1, 'state.json'))).toMatchObject({
			agent: 'claude',
			agent_version: '2.1.197',
		});
	});
});
