import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/layers/layers.ts';
import { type CompiledSources, compileSources } from '../helpers/compiled-sources.ts';

let folder: string;
let userFile: string;

beforeEach(() => {
	folder = realpathSync(mkdtempSync(join(tmpdir(), 'relay-config-')));
	userFile = join(folder, 'home', 'agent-relay', 'config.toml');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('several relays at once', () => {
	let compiled: CompiledSources;
	beforeAll(() => {
		compiled = compileSources(
			'config/trust/trust-store.ts',
			'config/edit-config.ts',
			'core/processes/create-process-table.ts',
		);
	});
	afterAll(() => compiled.remove());

	const HEAD = `
		import { createTrustStore } from 'src:config/trust/trust-store.js';
		import { allowInConfig } from 'src:config/edit-config.js';
		import { createProcessTable } from 'src:core/processes/create-process-table.js';
		import { lockingOf } from 'src:core/files/file-lock.js';
		const locking = lockingOf(createProcessTable(), { now: Date.now });
		const [file, name] = process.argv.slice(1);
	`;

	it('lose no trusted repo to one another', async () => {
		const file = join(folder, 'state', 'trust.json');
		const script = `${HEAD}
			const store = createTrustStore({ file, locking, onNotice: (text) => { throw new Error(text); } });
			const at = (folder) => ({ folder, worktree: folder, root: folder, home: '/home' });
			for (let i = 0; i < 20; i++) store.trust(at('/nowhere/' + name + i), new Map([['a', 'b']]));`;
		const runs = ['one', 'two', 'three'].map((name) => compiled.start(script, file, name));
		for (const { code, stderr } of await Promise.all(runs.map(({ ended }) => ended)))
			expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
		expect(JSON.parse(readFileSync(file, 'utf8')).repos).toHaveLength(60);
	});

	it('lose no allowed command to one another', async () => {
		const script = `${HEAD}
			for (let i = 0; i < 10; i++) allowInConfig(file, { command: 'echo ' + name + i, repo: null }, { locking });`;
		const runs = ['one', 'two', 'three'].map((name) => compiled.start(script, userFile, name));
		for (const { code, stderr } of await Promise.all(runs.map(({ ended }) => ended)))
			expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
		const repoFile = join(folder, 'repo', '.agent-relay', 'config.toml');
		const loaded = loadConfig({ env: {}, userFile, repoFile, isRepoTrusted: () => false });
		expect(loaded.config.permissions.allow_commands).toHaveLength(30);
	});
});
