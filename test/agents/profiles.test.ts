/** Two accounts of one CLI: the first meets its limit, the second goes on. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REFUSALS, say, whenAsked } from './harness/answers.ts';
import { hasAgents } from './harness/installed-agents.ts';
import type { Scene } from './harness/scene.ts';
import { scenes } from './harness/with-scene.ts';

interface Account {
	base: 'claude' | 'codex';
	/** What the first account sends. */
	login: string;
	table: string;
	/** The folder of the second account, in the home, and where in it are its conversations. */
	home: string;
	conversations: string;
}

const ACCOUNTS: Account[] = [
	{
		base: 'claude',
		login: 'mock-oauth',
		table: '{ CLAUDE_CONFIG_DIR = "~/.claude-work", CLAUDE_CODE_OAUTH_TOKEN = "$WORK_LOGIN" }',
		home: '.claude-work',
		conversations: 'projects',
	},
	{
		base: 'codex',
		login: 'mock-key',
		table: '{ CODEX_HOME = "~/.codex-work", MOCK_API_KEY = "$WORK_LOGIN" }',
		home: '.codex-work',
		conversations: 'sessions',
	},
];

const transcriptsIn = (folder: string) =>
	existsSync(folder)
		? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.jsonl'))
		: [];

describe.skipIf(!hasAgents)('two accounts of one CLI', () => {
	const openScene = scenes();

	it.each(ACCOUNTS)(
		'$base: the second takes over at the limit of the first, and stays itself',
		async (account) => {
			const { base, login, home, conversations } = account;
			const work = `${base}-work`;
			const scene: Scene = await openScene({
				config: `[agents.${work}]\nbase = "${base}"\nenv = ${account.table}\n`,
				env: { WORK_LOGIN: 'mock-login-of-work' },
			});
			const settings = scene.readHome(`.${base}/config.toml`);
			if (settings !== null) scene.writeHome(`${home}/config.toml`, settings);
			const reset = Math.floor(Date.now() / 1000) + 7200;
			const isFirst = () => scene.model.requests.at(-1)?.login === login;
			scene.model.forever(
				base,
				whenAsked(() => (isFirst() ? REFUSALS[base].window(reset) : say('The grammar is documented.'))),
			);
			const order = ['--order', `${base},${work}`];

			const run = await scene.run('Document the grammar.', order);

			expect(run.exitCode, run.stderr).toBe(0);
			expect(scene.turn(1)).toMatchObject({ agent: base, status: 'limited', account: { profile: null } });
			expect(scene.turn(2)).toMatchObject({ agent: work, status: 'completed', account: { profile: work } });
			expect(scene.turn(1).account?.hash).not.toBe(scene.turn(2).account?.hash);
			expect(scene.turn(2).packet).toMatch(/^resume\//);
			expect(scene.ledger()).toMatchObject([{ agent: base, until: new Date(reset * 1000).toISOString() }]);
			expect(scene.model.requests.at(-1)?.login).toBe('mock-login-of-work');
			expect(transcriptsIn(join(scene.home, home, conversations))).toHaveLength(1);

			const asked = scene.model.requests.length;
			const again = await scene.run('And its tests.', [...order, '--session', 'latest']);

			expect(again.exitCode, again.stderr).toBe(0);
			const since = scene.model.requests.slice(asked);
			expect(since.map((request) => request.login)).toEqual(['mock-login-of-work']);
			expect(since[0]?.userTexts.join('\n')).toContain('Document the grammar.');
			// It went on in its own conversation.
			expect(transcriptsIn(join(scene.home, home, conversations))).toHaveLength(1);
			const { native_session_id: id } = scene.turn(scene.meta().turn_count);
			expect(scene.meta().agents[work]?.native_session_id).toBe(id);

			const [path = ''] = transcriptsIn(join(scene.home, home, conversations));
			scene.model.reset();
			const found = await scene.relay(['handoff', join(scene.home, home, conversations, path), '--print']);
			expect(found.exitCode, found.stderr).toBe(0);
			expect(found.stdout).toContain('And its tests.');

			const listed = JSON.parse((await scene.relay(['agents', '--json'])).stdout).agents;
			expect(listed.find((one: { agent: string }) => one.agent === work)).toMatchObject({
				base,
				aliases: [`${base}@work`],
				state: 'ready',
			});
		},
	);
});
