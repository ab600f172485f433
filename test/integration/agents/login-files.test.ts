import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claudeAdapter } from '../../../src/agents/claude/adapter.ts';
import { codexAdapter } from '../../../src/agents/codex/adapter.ts';
import { geminiAdapter } from '../../../src/agents/gemini/adapter.ts';
import { opencodeAdapter } from '../../../src/agents/opencode/adapter.ts';

let home: string;
beforeEach(() => {
	home = mkdtempSync(join(tmpdir(), 'login-files-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const LOGIN_FILES = [
	[claudeAdapter, '.claude.json'],
	[claudeAdapter, '.claude/.credentials.json'],
	[claudeAdapter, '.claude/settings.json'],
	[codexAdapter, '.codex/auth.json'],
	[codexAdapter, '.codex/config.toml'],
	[geminiAdapter, '.gemini/settings.json'],
	[opencodeAdapter, '.local/share/opencode/auth.json'],
] as const;

/** A pipe that nobody writes to would keep whoever opens it, and a device never ends. */
const ODD: ReadonlyArray<[string, (path: string) => void]> = [
	['a pipe', (path) => void execFileSync('mkfifo', [path])],
	['a device', (path) => symlinkSync('/dev/zero', path)],
	['a link to itself', (path) => symlinkSync(path, path)],
	['a folder', (path) => void mkdirSync(path)],
	[
		'a huge file',
		(path) => {
			writeFileSync(path, '');
			truncateSync(path, 2 ** 31);
		},
	],
];

describe.each(ODD)('%s where a login is looked for', (_, put) => {
	it.each(LOGIN_FILES)('tells nothing of $title, and nobody waits for it (%s)', (adapter, file) => {
		const path = join(home, file);
		mkdirSync(dirname(path), { recursive: true });
		put(path);
		expect(adapter.probeLogin({ HOME: home }).loggedIn).toBe('unknown');
	});
});
