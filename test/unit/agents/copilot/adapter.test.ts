import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { copilotAdapter } from '../../../../src/agents/copilot/adapter.ts';
import { probeCopilotLogin } from '../../../../src/agents/copilot/login.ts';

let home = '';
beforeEach(() => {
	home = mkdtempSync(join(tmpdir(), 'relay-copilot-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function write(path: string, content: string): void {
	const full = join(home, path);
	mkdirSync(dirname(full), { recursive: true });
	writeFileSync(full, content);
}
const login = (env: Record<string, string> = {}, platform: NodeJS.Platform = 'linux') =>
	probeCopilotLogin({ HOME: home, ...env }, platform);

describe('the login of copilot', () => {
	it('is there with its own token or a provider of the user, each an account of its own', () => {
		const own = login({ COPILOT_GITHUB_TOKEN: 'gho_a' });
		const provider = login({
			COPILOT_PROVIDER_BASE_URL: 'http://127.0.0.1:1/v1',
			COPILOT_PROVIDER_API_KEY: 'k',
		});
		expect([own.loggedIn, provider.loggedIn]).toEqual(['yes', 'yes']);
		expect(own.account).toMatch(/^[0-9a-f]{16}$/);
		expect(provider.account).not.toBe(own.account);
		expect(own.evidence).not.toContain('gho_a');
	});

	it('is there where its configuration names a user, comment lines or not', () => {
		write(
			'.copilot/config.json',
			'// managed\n{"loggedInUsers":[{"host":"https://github.com","login":"dev"}]}',
		);
		expect(login()).toMatchObject({ loggedIn: 'yes', evidence: 'config.json names a login' });
		write('.copilot/config.json', '{"firstLaunchAt":"2026-11-30"}');
		expect(login()).toMatchObject({ loggedIn: 'no', advice: 'copilot login' });
	});

	it('is unknown with a token for everything, and untouched until copilot was started once', () => {
		expect(login({ GITHUB_TOKEN: 'gho_a' })).toMatchObject({ loggedIn: 'unknown', untouched: true });
		write('.copilot/config.json', '{}');
		expect(login({ GH_TOKEN: 'gho_a' })).not.toHaveProperty('untouched');
		write('.config/gh/hosts.yml', 'github.com:\n');
		expect(login()).toMatchObject({ loggedIn: 'unknown', evidence: 'gh has a login, which Copilot may use' });
	});

	it.each(['COPILOT_GITHUB_TOKEN', 'GH_TOKEN', 'GITHUB_TOKEN'])(
		'is none with a classic token in %s',
		(name) => {
			const env = { COPILOT_GITHUB_TOKEN: 'gho_a', COPILOT_PROVIDER_BASE_URL: 'http://x', [name]: 'ghp_a' };
			expect(login(env)).toMatchObject({ loggedIn: 'no', advice: `unset ${name}` });
		},
	);

	it('may be in the keychain of a Mac', () => {
		expect(login({}, 'darwin')).toMatchObject({ loggedIn: 'unknown', untouched: true });
		expect(login()).toMatchObject({ loggedIn: 'no' });
	});
});

describe('copilot', () => {
	it.each([
		['GitHub Copilot CLI 1.0.102.\nRun copilot update to check for updates.\n', '1.0.102'],
		['GitHub Copilot CLI 1.1.0-beta.2.\n', '1.1.0-beta.2'],
		['1.0.102\n', '1.0.102'],
		['copilot version: v1.34.0\n', null],
	])('finds its version in %j', (output, version) => {
		expect(copilotAdapter.parseVersion(output)).toBe(version);
	});

	it('makes its own commands inert at the start of any line, and leaves paths as they are', () => {
		const text = 'see\n /autopilot now\n/goal x\n/GOAL y\n/goals\n/home/dev and a/goal @file #1 !ls';
		const inert = copilotAdapter.inert(text);
		expect(inert.replaceAll('\u2060', '')).toBe(text);
		expect(inert.match(/\/\u2060/g)).toHaveLength(4);
		expect(inert).toContain('/home/dev and a/goal @file #1 !ls');
		expect(copilotAdapter.inert(inert)).toBe(inert);
	});

	it('resumes in its own program by the id', () => {
		const id = '0199d3c1-7f1e-4b43-9c0d-2f6a5a1b2c3d';
		expect(copilotAdapter.resumeHint(id)).toBe(`copilot --resume ${id}`);
	});
});
