import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codexAdapter } from '../../../../src/agents/codex/adapter.ts';

const ID = '01a1fd14-aaaa-7000-8000-000000000001';
let home: string;

beforeEach(() => {
	home = mkdtempSync(join(tmpdir(), 'codex-home-'));
	mkdirSync(join(home, '.codex'));
});

afterEach(() => {
	rmSync(home, { recursive: true });
});

function writeInHome(path: string, text: string): void {
	const file = join(home, '.codex', path);
	mkdirSync(join(file, '..'), { recursive: true });
	writeFileSync(file, text);
}

const modelLine = (model: string) => `${JSON.stringify({ type: 'turn_context', payload: { model } })}\n`;

function record(query: { id?: string; maxBytes?: number; env?: Record<string, string> } = {}) {
	return codexAdapter.readNativeRecord?.({
		nativeSessionId: query.id ?? ID,
		folder: '/repo',
		env: query.env ?? { HOME: home },
		startedAt: 0,
		maxBytes: query.maxBytes ?? 1024,
	});
}

describe('the record of a codex thread', () => {
	it('is found by its id among the days', async () => {
		writeInHome(`sessions/2026/11/20/rollout-2026-11-20T10-00-00-${ID}.jsonl`, modelLine('right'));
		writeInHome('sessions/2026/11/21/rollout-2026-11-21T10-00-00-other.jsonl', modelLine('wrong'));
		writeInHome('sessions/notes/x', '');
		expect(await record()).toEqual({ model: 'right' });
		expect(await record({ env: { HOME: '/nowhere', CODEX_HOME: join(home, '.codex') } })).toEqual({
			model: 'right',
		});
	});

	it('is read from its end only', async () => {
		const filler = `{"type":"response_item","text":"${'é'.repeat(5000)}"}\n`;
		const text = modelLine('first') + filler + modelLine('last');
		writeInHome(`sessions/2026/11/20/rollout-x-${ID}.jsonl`, text);
		expect(await record({ maxBytes: 200 })).toEqual({ model: 'last' });
		expect(await record({ maxBytes: 5 })).toBeNull();
	});

	it('is nothing when it is missing, not a file, or its id is not one', async () => {
		expect(await record()).toBeNull();
		mkdirSync(join(home, '.codex/sessions/2026/11/20', `rollout-x-${ID}.jsonl`), { recursive: true });
		expect(await record()).toBeNull();
		expect(await record({ id: '../../x' })).toBeNull();
		expect(await record({ env: {} })).toBeNull();
	});
});

describe('the login of codex', () => {
	const probe = (env: Record<string, string> = {}) => codexAdapter.probeLogin({ HOME: home, ...env });

	it('is a key in its own variable, whose value is not shown', () => {
		const login = probe({ CODEX_API_KEY: 'sk-secret' });
		expect(login).toMatchObject({ loggedIn: 'yes', evidence: 'CODEX_API_KEY is set' });
		expect(login.account).toMatch(/^[0-9a-f]{16}$/);
		expect(JSON.stringify(login)).not.toContain('sk-secret');
	});

	it('is its auth.json, one account for one identity', () => {
		writeInHome('auth.json', '{"tokens":{"account_id":"a1","refresh_token":"r1"}}');
		const first = probe();
		writeInHome('auth.json', '{"tokens":{"account_id":"a1","refresh_token":"r2"}}');
		expect(first.loggedIn).toBe('yes');
		expect(probe().account).toBe(first.account);
		expect(probe().mark).not.toBe(first.mark);
	});

	it('is missing when there is neither, and unknown where another version or a keyring may have one', () => {
		expect(probe().loggedIn).toBe('no');
		expect(probe({ OPENAI_API_KEY: 'sk' }).loggedIn).toBe('unknown');
		writeInHome('config.toml', 'cli_auth_credentials_store = "keyring"\n');
		expect(probe().loggedIn).toBe('unknown');
		expect(codexAdapter.probeLogin({}).loggedIn).toBe('unknown');
		writeInHome('auth.json', 'not json');
		expect(probe().loggedIn).toBe('unknown');
	});

	it('is unknown if a file cannot be read', () => {
		mkdirSync(join(home, '.codex/auth.json'));
		expect(probe()).toMatchObject({ loggedIn: 'unknown', evidence: 'auth.json cannot be read' });
	});

	it('is the variable that the chosen provider names', () => {
		const section =
			'[model_providers.mine]\nname = "m"\nenv_key = "MY_KEY" # here\n[other]\nenv_key = "NO"\n';
		writeInHome('config.toml', `model_provider = "mine"\n${section}`);
		expect(probe()).toMatchObject({ loggedIn: 'no', evidence: expect.stringContaining('MY_KEY') });
		expect(probe({ MY_KEY: 'k' }).loggedIn).toBe('yes');
		writeInHome('config.toml', `[x]\nmodel_provider = "mine"\n${section}`);
		expect(probe().evidence).toContain('auth.json');
		writeInHome('config.toml', `profile = "work"\nmodel_provider = "mine"\n${section}`);
		expect(probe().loggedIn).toBe('unknown');
		writeInHome('config.toml', 'model_provider = "local"\n[model_providers.local]\nbase_url = "x"\n');
		expect(probe().loggedIn).toBe('unknown');
	});
});
