import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { probeLogin } from '../../../../src/agents/claude/login.ts';

let home = '';
beforeEach(() => {
	home = mkdtempSync(join(tmpdir(), 'claude-login-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function put(path: string, content: unknown): void {
	const file = join(home, path);
	mkdirSync(dirname(file), { recursive: true });
	writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
}
const probe = (env: Record<string, string> = {}, platform: NodeJS.Platform = 'linux') =>
	probeLogin({ HOME: home, ...env }, platform);

describe('the login of claude', () => {
	it('is "no" without any key or file, and says how to log in', () => {
		expect(probe()).toMatchObject({ loggedIn: 'no', account: 'default', advice: 'claude auth login' });
	});

	it('may be in the keychain on macOS', () => {
		expect(probe({}, 'darwin')).toMatchObject({ loggedIn: 'unknown' });
	});

	it.each(['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN', 'CLAUDE_CODE_OAUTH_TOKEN'])(
		'is seen in %s, whose value is never shown',
		(name) => {
			const secret = 'sk-very-secret';
			const state = probe({ [name]: secret });
			expect(state).toMatchObject({ loggedIn: 'yes', evidence: `${name} is set` });
			expect(state.account).toMatch(/^[0-9a-f]{16}$/);
			expect(JSON.stringify(state)).not.toContain(secret);
			expect(probe({ [name]: 'another' }).account).not.toBe(state.account);
		},
	);

	it('is seen in the credentials file; the account stays the same when tokens are renewed', () => {
		put('.claude.json', { oauthAccount: { accountUuid: 'u-1' } });
		put('.claude/.credentials.json', { claudeAiOauth: { accessToken: 'one' } });
		const before = probe();
		put('.claude/.credentials.json', { claudeAiOauth: { accessToken: 'two' } });
		expect(probe()).toMatchObject({ account: before.account, evidence: before.evidence });
		expect(before).toMatchObject({ loggedIn: 'yes', evidence: '.credentials.json holds a login' });
		expect(before.account).not.toBe('default');
	});

	it('has another mark after a login, a change of settings, of provider or of a cloud, and the same without one', async () => {
		const marks = [probe().mark?.()];
		const next = async (env: Record<string, string> = {}) => {
			marks.push(probe(env).mark?.());
		};
		expect(probe().mark?.()).toBe(marks[0]);
		put('.claude/.credentials.json', { claudeAiOauth: { accessToken: 'one' } });
		await next();
		put('.claude/.credentials.json', { claudeAiOauth: { accessToken: 'another' } });
		await next();
		put('.claude/settings.json', { env: { ANTHROPIC_BASE_URL: 'http://127.0.0.1:1' } });
		await next();
		await next({ ANTHROPIC_BASE_URL: 'http://127.0.0.1:2' });
		await next({ CLAUDE_CODE_USE_BEDROCK: '1' });
		put('.aws/sso/cache/token.json', {});
		await next({ CLAUDE_CODE_USE_BEDROCK: '1' });
		expect(new Set(marks).size).toBe(marks.length);
		put('project/file', 'x');
		expect(probe({ CLAUDE_CODE_USE_BEDROCK: '1' }).mark?.()).toBe(marks.at(-1));
	});

	it('follows CLAUDE_CONFIG_DIR', () => {
		put('elsewhere/.credentials.json', { claudeAiOauth: {} });
		expect(probe({ CLAUDE_CONFIG_DIR: join(home, 'elsewhere') })).toMatchObject({ loggedIn: 'yes' });
	});

	it.each([
		[{ apiKeyHelper: 'get-key' }, 'apiKeyHelper'],
		[{ env: { ANTHROPIC_API_KEY: 'k' } }, 'ANTHROPIC_API_KEY'],
	])('is unknown when settings are %j', async (settings, evidence) => {
		put('.claude/settings.json', settings);
		expect(probe()).toMatchObject({ loggedIn: 'unknown', evidence: expect.stringContaining(evidence) });
	});

	it('is unknown with a cloud, a broken file, or no home', () => {
		expect(probe({ CLAUDE_CODE_USE_BEDROCK: '1' })).toMatchObject({ loggedIn: 'unknown' });
		expect(probeLogin({}, 'linux')).toMatchObject({ loggedIn: 'unknown' });
		put('.claude/.credentials.json', '{"claudeAiOauth":');
		expect(probe()).toMatchObject({ loggedIn: 'unknown' });
	});

	it.skipIf(process.getuid?.() === 0)('is unknown when the file may not be read', async () => {
		put('.claude/.credentials.json', { claudeAiOauth: {} });
		chmodSync(join(home, '.claude/.credentials.json'), 0);
		expect(probe()).toMatchObject({ loggedIn: 'unknown' });
	});

	it('of odd shapes is never an error', () => {
		for (const odd of [[], 'x', null, 7, { claudeAiOauth: [] }, { oauthAccount: 3 }]) {
			put('.claude/.credentials.json', odd);
			put('.claude.json', odd);
			put('.claude/settings.json', odd);
			expect(['yes', 'no', 'unknown']).toContain(probe().loggedIn);
		}
	});
});
