import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { geminiAdapter } from '../../../src/agents/gemini/adapter.ts';
import { opencodeAdapter } from '../../../src/agents/opencode/adapter.ts';

const ID = '467585bf-a040-4701-84b8-b51ea6d8a47e';
let home = '';

beforeEach(() => {
	home = mkdtempSync(join(tmpdir(), 'gemini-home-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function write(path: string, content: string): string {
	const whole = join(home, path);
	mkdirSync(join(whole, '..'), { recursive: true });
	writeFileSync(whole, content);
	return whole;
}

const read = (fields: Partial<Parameters<NonNullable<typeof geminiAdapter.readNativeRecord>>[0]> = {}) =>
	geminiAdapter.readNativeRecord?.({
		nativeSessionId: ID,
		folder: '/repo',
		env: { HOME: home },
		startedAt: 0,
		maxBytes: 1_000_000,
		...fields,
	});

const shell = (exitCode: number) => ({
	id: 'call',
	name: 'run_shell_command',
	status: 'success',
	resultDisplay: 'x',
	result: [
		{
			functionResponse: { response: { output: `Output: x\nExit Code: ${exitCode}\nProcess Group PGID: 1` } },
		},
	],
});
const record = (exitCode: number) =>
	`${JSON.stringify({ sessionId: ID, kind: 'main' })}\n${JSON.stringify({ type: 'gemini', toolCalls: [shell(exitCode)] })}\n`;
const NAME = 'session-2026-11-21T07-57-467585bf.jsonl';

describe('the record of a gemini session on disk', () => {
	it('is found by the registry of projects, and without it in any project', async () => {
		write(`.gemini/tmp/repo-1/chats/${NAME}`, record(3));
		expect((await read())?.toolResults).toEqual([{ id: 'call', ok: false, exitCode: 3 }]);
		write('.gemini/projects.json', JSON.stringify({ projects: { '/repo': 'repo-1' } }));
		expect((await read())?.toolResults).toHaveLength(1);
	});

	it('is found in the settings home that a variable names', async () => {
		write(`other/.gemini/tmp/repo/chats/${NAME}`, record(0));
		const env = { HOME: '/nonexistent', GEMINI_CLI_HOME: join(home, 'other') };
		expect((await read({ env }))?.toolResults).toEqual([{ id: 'call', ok: true, exitCode: 0 }]);
	});

	it('of another session with the same first digits is not taken', async () => {
		write(`.gemini/tmp/repo/chats/${NAME}`, record(3).replaceAll(ID, '467585bf-0000-4701-84b8-b51ea6d8a47e'));
		expect(await read()).toBeNull();
	});

	it('that is missing, a folder, or led elsewhere by a hostile registry is not an error', async () => {
		expect(await read()).toBeNull();
		mkdirSync(join(home, '.gemini', 'tmp', 'repo', 'chats', NAME), { recursive: true });
		expect(await read()).toBeNull();
		write('.gemini/projects.json', JSON.stringify({ projects: { '/repo': '../../../etc' } }));
		expect(await read()).toBeNull();
		expect(await read({ nativeSessionId: '../../x' })).toBeNull();
		expect(await read({ env: {} })).toBeNull();
	});

	it('is read from its end when it is long', async () => {
		const filler = `${JSON.stringify({ type: 'user', content: 'x'.repeat(1000) })}\n`.repeat(200);
		write(`.gemini/tmp/repo/chats/${NAME}`, record(1).replace('\n', `\n${filler}`));
		expect((await read({ maxBytes: 5000 }))?.toolResults).toEqual([{ id: 'call', ok: false, exitCode: 1 }]);
	});
});

describe('the login of gemini', () => {
	const probe = (env: Record<string, string> = {}) => geminiAdapter.probeLogin({ HOME: home, ...env });

	it('is a key in the environment or a login on disk', () => {
		expect(probe()).toMatchObject({ loggedIn: 'no', account: 'default' });
		const withKey = probe({ GEMINI_API_KEY: 'secret-key' });
		expect(withKey).toMatchObject({ loggedIn: 'yes', evidence: 'GEMINI_API_KEY is set' });
		expect(JSON.stringify(withKey)).not.toContain('secret-key');
		write('.gemini/settings.json', '{"security":{"auth":{"selectedType":"oauth-personal"}}}');
		expect(probe()).toMatchObject({ loggedIn: 'unknown' });
		write('.gemini/oauth_creds.json', '{"refresh_token":"r"}');
		expect(probe()).toMatchObject({ loggedIn: 'yes' });
	});

	it('is unknown where it cannot be seen', () => {
		write('.gemini/settings.json', '{broken');
		expect(probe({ GEMINI_API_KEY: 'k' })).toMatchObject({ loggedIn: 'unknown' });
		write('.gemini/settings.json', '{"security":{"auth":{"selectedType":"vertex-ai"}}}');
		expect(probe()).toMatchObject({ loggedIn: 'unknown' });
		rmSync(join(home, '.gemini'), { recursive: true });
		symlinkSync(join(home, '.gemini'), join(home, '.gemini'));
		expect(probe()).toMatchObject({ loggedIn: 'unknown' });
	});
});

describe('the login of opencode', () => {
	const probe = (env: Record<string, string> = {}) => opencodeAdapter.probeLogin({ HOME: home, ...env });

	it('is untouched until something of the user’s shows that he chose a model or a provider', () => {
		write('.config/opencode/opencode.json', '{ "theme": "dark" }');
		write('.local/state/opencode/model.json', '{"recent":[],"favorite":[]}');
		expect(probe()).toMatchObject({ loggedIn: 'unknown', untouched: true });
		expect(probe({ OPENCODE_CONFIG: '/x.json' }).untouched).toBeUndefined();
		write('.local/state/opencode/model.json', '{"recent":[{"providerID":"a","modelID":"b"}]}');
		expect(probe().untouched).toBeUndefined();
		write('.local/state/opencode/model.json', '{}');
		write('.config/opencode/opencode.jsonc', '{ // mine\n "model": "a/b" }');
		expect(probe().untouched).toBeUndefined();
	});

	it('is a login on disk or a key in the environment, and never a certain no', () => {
		expect(probe()).toMatchObject({ loggedIn: 'unknown', account: 'default' });
		expect(probe({ OPENAI_API_KEY: 'k' })).toMatchObject({ loggedIn: 'yes' });
		write('.local/share/opencode/auth.json', '{"anthropic":{"type":"api","key":"secret-key"}}');
		const login = probe();
		expect(login).toMatchObject({ loggedIn: 'yes', evidence: 'auth.json holds a login' });
		expect(JSON.stringify(login)).not.toContain('secret-key');
		write('.local/share/opencode/auth.json', '{broken');
		expect(probe()).toMatchObject({ loggedIn: 'unknown' });
	});

	it('stays one account while its tokens are renewed', () => {
		const auth = (access: string) =>
			JSON.stringify({ anthropic: { type: 'oauth', access, refresh: access } });
		write('.local/share/opencode/auth.json', auth('one'));
		const { account } = probe();
		write('.local/share/opencode/auth.json', auth('two'));
		expect(probe().account).toBe(account);
	});
});
