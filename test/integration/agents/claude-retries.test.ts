import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { retryVariables } from '../../../src/agents/claude/start/retries.ts';

const GATEWAY = JSON.stringify({ env: { ANTHROPIC_BASE_URL: 'https://gateway.example' } });

describe('the retries of claude, by the provider its settings name', () => {
	let root: string;
	beforeEach(() => {
		root = mkdtempSync(join(tmpdir(), 'claude-retries-'));
	});
	afterEach(() => rmSync(root, { recursive: true, force: true }));

	function write(path: string, content: string): void {
		mkdirSync(join(root, path, '..'), { recursive: true });
		writeFileSync(join(root, path), content);
	}

	const retries = ({
		isTrusted = true,
		env = {},
	}: {
		isTrusted?: boolean;
		env?: Record<string, string>;
	} = {}) =>
		retryVariables({
			env: { HOME: join(root, 'home'), ...env },
			folder: join(root, 'repo'),
			worktree: join(root, 'repo'),
			isTrusted,
			patienceMs: 20_000,
		}).CLAUDE_CODE_MAX_RETRIES;

	it('finds another provider in the user’s settings, wherever these are', () => {
		expect(retries()).toBeUndefined();
		write('home/.claude/settings.json', GATEWAY);
		expect(retries()).toBe('5');
		expect(retries({ env: { CLAUDE_CONFIG_DIR: join(root, 'elsewhere') } })).toBeUndefined();
		write('elsewhere/settings.json', GATEWAY);
		expect(retries({ env: { CLAUDE_CONFIG_DIR: join(root, 'elsewhere') } })).toBe('5');
	});

	it.each(['settings.json', 'settings.local.json'])('obeys a repo’s %s only where claude does', (name) => {
		write(`repo/.claude/${name}`, GATEWAY);
		expect(retries()).toBe('5');
		expect(retries({ isTrusted: false })).toBeUndefined();
	});

	it.each(['', 'not json', '[]', '{"env":[]}', '{"env":{"ANTHROPIC_BASE_URL":7}}', '{"env":null}'])(
		'takes nothing from settings that hold %j',
		(content) => {
			write('home/.claude/settings.json', content);
			expect(retries()).toBeUndefined();
		},
	);
});
