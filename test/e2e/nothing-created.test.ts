import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliHome } from '../helpers/cli-home.ts';

/** Agents that nobody may start here: each leaves a mark when it is. */
const PROGRAM =
	'#!/bin/sh\n[ "$1" = --version ] && { echo 1.0.0; exit 0; }\necho started >> "$HOME/started"\nexit 1\n';
const LOGGED_IN = { ANTHROPIC_API_KEY: 'fake-key', CODEX_API_KEY: 'fake-key' };
const CONFIG_AGENTS = '[agents.mine]\ncommand = ["mine"]\n[agents.other]\ncommand = ["other"]\n';

let cli: CliHome;
beforeEach(() => {
	cli = new CliHome();
	for (const name of ['claude', 'codex', 'opencode', 'mine', 'other'])
		writeFileSync(join(cli.bin, name), PROGRAM, { mode: 0o755 });
});
afterEach(() => cli.remove());

function configure(text: string): void {
	mkdirSync(join(cli.home, '.config/agent-relay'), { recursive: true });
	writeFileSync(join(cli.home, '.config/agent-relay/config.toml'), text);
}

/** As the ledger holds it after a refusal of whatever login there is. */
function refuseLogins(...agents: string[]): void {
	const folder = join(cli.home, '.local/state/agent-relay');
	mkdirSync(folder, { recursive: true });
	const refused_logins = agents.map((agent) => ({
		agent,
		account: 'default',
		mark: null,
		recorded_at: new Date(Date.now() - 60_000).toISOString(),
		until: new Date(Date.now() + 3_600_000).toISOString(),
		reason: 'Invalid API key',
	}));
	writeFileSync(
		join(folder, 'limits.json'),
		JSON.stringify({ schema_version: 1, entries: [], refused_logins }),
	);
}

const nothing = () => undefined;
const untrusted = () => {
	writeFileSync(join(cli.repo, 'opencode.json'), '{}');
	cli.git('add', '-A');
	cli.git('-c', 'user.name=A', '-c', 'user.email=a@example.org', 'commit', '-q', '-m', 'settings');
};
const asConfigured = () => configure(CONFIG_AGENTS);
const fileAsStore = () => writeFileSync(join(cli.repo, '.agent-relay'), 'a file');

const CHAT = ['chat', 'tabs or spaces?', '-A'];
const RACE = ['race', 'fix it', '--include-dirty', '-A'];
const RUN = ['run', 'fix it', '-a'];

describe('what cannot start creates nothing', () => {
	it.each([
		[
			'a chat with an unknown agent',
			[...CHAT, 'claude,claudx'],
			nothing,
			'no agent named "claudx"',
			LOGGED_IN,
		],
		['a chat without a login', [...CHAT, 'claude,codex'], nothing, 'claude is not logged in', {}],
		['a chat of refused logins', [...CHAT, 'mine,other', '-p', 'edit'], asRefused, 'login was refused', {}],
		['a chat in an untrusted repo', [...CHAT, 'opencode,codex'], untrusted, 'not trusted', LOGGED_IN],
		[
			'a chat that cannot be read-only',
			[...CHAT, 'mine,other'],
			asConfigured,
			'cannot be kept read-only',
			{},
		],
		['a chat without a store', [...CHAT, 'claude,codex'], fileAsStore, '.agent-relay', LOGGED_IN],
		['a run without a login', ['run', 'fix it'], nothing, 'known login', {}],
		['a run in an untrusted repo', [...RUN, 'opencode'], untrusted, 'not trusted', LOGGED_IN],
		['a run with a model that cannot be asked for', [...RUN, 'mine:x'], asConfigured, 'for the model x', {}],
		['a run that cannot be read-only', [...RUN, 'mine', '-p', 'read-only'], asConfigured, 'read-only', {}],
		['a run without a store', [...RUN, 'claude'], fileAsStore, '.agent-relay', LOGGED_IN],
		['a race without a login', [...RACE, 'claude,codex'], nothing, 'not logged in', {}],
		['a race of refused logins', [...RACE, 'mine,other'], asRefused, 'login was refused', {}],
		['a race that cannot be read-only', [...RACE, 'mine', '-p', 'read-only'], asConfigured, 'read-only', {}],
		['a race without a store', [...RACE, 'claude,codex'], fileAsStore, '.agent-relay', LOGGED_IN],
	] as const)('%s', async (_what, args, prepare, told, env) => {
		prepare();
		const path = `${cli.bin}:${cli.env.PATH}`;
		const { exitCode, stdout, stderr } = await cli.run(args, { env: { ...env, PATH: path } });
		expect(stdout + stderr).toContain(told);
		expect(stdout + stderr).not.toContain('this is a bug');
		expect(exitCode).not.toBe(0);
		expect(existsSync(join(cli.home, 'started'))).toBe(false);
		const isFile = prepare === fileAsStore;
		if (!isFile) expect(readdirSync(cli.repo)).not.toContain('.agent-relay');
		const state = join(cli.home, '.local/state/agent-relay');
		const kept = existsSync(state) ? readdirSync(state) : [];
		expect(
			kept.filter((name) => name !== 'snapshots' && !(name === 'limits.json' && prepare === asRefused)),
		).toEqual([]);
		expect(existsSync(join(cli.home, '.local/share/agent-relay'))).toBe(false);
	});
});

function asRefused(): void {
	configure(CONFIG_AGENTS);
	refuseLogins('mine', 'other');
}
