/** What happens to a question of a real CLI when its way to the relay is broken: nothing that was asked for runs. */

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { AgentCommand } from '../../src/agents/agent-adapter.ts';
import { codexAdapter } from '../../src/agents/codex/adapter.ts';
import { opencodeAdapter } from '../../src/agents/opencode/adapter.ts';
import { createAskingKeys } from '../../src/app/asking-keys.ts';
import { quoteForShell } from '../../src/core/quote-for-shell.ts';
import { callTools, type ModelCall, say, TOOLS } from './harness/answers.ts';
import { type DirectStart, startDirectly } from './harness/direct-start.ts';
import { giveOpencodeItsPlugin } from './harness/four-agents.ts';
import { hasAgents } from './harness/installed-agents.ts';
import type { Scene } from './harness/scene.ts';
import { scenes } from './harness/with-scene.ts';

const SERVER = resolve(import.meta.dirname, '../helpers/tool-server.mjs');

describe.skipIf(!hasAgents)('opencode, whose gate', () => {
	const open = scenes();
	const opened = async () => {
		const scene = await open();
		giveOpencodeItsPlugin(scene);
		scene.model.script('opencode', callTools(TOOLS.opencode.shell('echo made > ran.txt')), say('done'));
		return scene;
	};
	const withPlugin =
		(change: (plugin: unknown[]) => unknown) =>
		(command: AgentCommand): AgentCommand => {
			const config = JSON.parse(command.env.OPENCODE_CONFIG_CONTENT ?? '{}');
			const plugin = [change(config.plugin.at(-1))];
			return {
				...command,
				env: { ...command.env, OPENCODE_CONFIG_CONTENT: JSON.stringify({ ...config, plugin }) },
			};
		};

	it('works: asks for a command, tools of an MCP server and a sub-agent with its commands, and for nothing outside', async () => {
		const scene = await open();
		giveOpencodeItsPlugin(scene);
		const file = '.config/opencode/opencode.json';
		const config = JSON.parse(scene.readHome(file) ?? '');
		const command = [process.execPath, SERVER, join(scene.repo, 'made.txt')];
		scene.writeHome(file, JSON.stringify({ ...config, mcp: { maker: { type: 'local', command } } }));
		const { shell } = TOOLS.opencode;
		const make = { name: 'maker_make', input: {} };
		const input = { description: 'sub', prompt: 'SUBWORK do it', subagent_type: 'general' };
		const calls = [
			...[shell('echo made > ran.txt'), shell('touch ../outside.txt')],
			...[make, make, { name: 'task', input }],
		];
		scene.model.scriptFor('SUBWORK', callTools(shell('echo sub > sub.txt')), say('sub done'));
		scene.model.script('opencode', ...calls.map((call) => callTools(call)), say('done'));
		const allows = [true, false, true, true, false];
		const seen: Array<string | null> = [];
		const run = await startDirectly(scene, {
			adapter: opencodeAdapter,
			answer: () => {
				seen.push(scene.read('made.txt'));
				return JSON.stringify({ decision: allows.shift() ? 'allow' : 'deny', message: 'Not that.' });
			},
		});
		expect(run.questions[0], run.stderr).toMatchObject({ dialect: 'opencode', hook: { tool: 'bash' } });
		const tools = run.questions.map(({ hook }) => hook.tool);
		expect(tools).toEqual(['bash', 'maker_make', 'maker_make', 'task', 'bash']);
		expect(scene.read('ran.txt')).toBe('made\n');
		expect(seen).toEqual([null, null, null, 'made', 'made']);
		expect(scene.read('sub.txt')).toBeNull();
		expect(scene.read('../outside.txt')).toBeNull();
		expect(scene.model.of('opencode').at(-1)?.raw).toContain('outside the folders');
	});

	it('throws when it is loaded: all that it guards stays denied', async () => {
		const scene = await opened();
		const file = join(scene.home, 'broken.js');
		scene.writeHome('broken.js', 'export const Broken = async () => { throw new Error("broken"); };\n');
		const change = withPlugin(() => pathToFileURL(file).href);
		const run = await startDirectly(scene, { adapter: opencodeAdapter, change });
		expect(run.questions).toEqual([]);
		expect(scene.read('ran.txt')).toBeNull();
	});

	it('gets no options: all that it guards stays denied', async () => {
		const scene = await opened();
		const change = withPlugin(([url]) => url);
		const run = await startDirectly(scene, { adapter: opencodeAdapter, change });
		expect(run.questions).toEqual([]);
		expect(scene.read('ran.txt')).toBeNull();
	});

	it('is kept out by OPENCODE_PURE: all that it guards stays denied', async () => {
		const scene = await opened();
		const change = (command: AgentCommand) => ({ ...command, env: { ...command.env, OPENCODE_PURE: '1' } });
		const run = await startDirectly(scene, { adapter: opencodeAdapter, change });
		expect(run.questions).toEqual([]);
		expect(scene.read('ran.txt')).toBeNull();
	});

	it('finds no relay: denied', async () => {
		const scene = await opened();
		const change = withPlugin(([url, gate]) => [url, { ...(gate as object), address: '/no/such/socket' }]);
		await startDirectly(scene, { adapter: opencodeAdapter, change });
		expect(scene.read('ran.txt')).toBeNull();
		expect(scene.model.of('opencode').at(-1)?.raw).toContain('The user could not be asked');
	});
});

describe.skipIf(!hasAgents)('codex, whose hook', () => {
	const open = scenes();
	const ASKER = [process.execPath, resolve(import.meta.dirname, '../../bin/ask.js')]
		.map(quoteForShell)
		.join(' ');
	const OUTSIDE = '../outside.txt';
	/** `/tmp` is writable in the sandbox, and the scene is there. */
	const NO_TMP = ['exclude_slash_tmp', 'exclude_tmpdir_env_var'].flatMap((name) => [
		'-c',
		`sandbox_workspace_write.${name}=true`,
	]);
	const escalated = (cmd: string) => ({
		name: 'exec_command',
		input: { cmd, sandbox_permissions: 'require_escalated', justification: 'It needs more.' },
	});

	/** A model that wants to leave the sandbox, and a reviewer that would let it. */
	const opened = async (...calls: ModelCall[]) => {
		const scene = await open();
		const made = calls.length === 0 ? [escalated(`echo made > ${OUTSIDE}`)] : calls;
		scene.model.script('codex', ...made.map((call) => callTools(call)));
		const verdict = { risk_level: 'low', user_authorization: 'high', outcome: 'allow', rationale: 'fine' };
		scene.model.forever('codex', say(JSON.stringify(verdict)));
		return scene;
	};
	const keyOf = async (scene: Scene, asker: string) => {
		const file = join(scene.home, 'asking-keys.json');
		const executable = execFileSync('sh', ['-c', 'command -v codex'], {
			env: scene.env,
			encoding: 'utf8',
		}).trim();
		const query = codexAdapter.askingKeyQuery?.(asker);
		if (query === undefined) throw new Error('codex is asked nothing');
		return createAskingKeys(file).of(query, {
			executable,
			version: null,
			env: scene.env,
		});
	};
	const start = async (scene: Scene, more: Partial<DirectStart> & { asker?: string; key?: string } = {}) => {
		const { asker = ASKER, key, ...rest } = more;
		const askingKey = key ?? (await keyOf(scene, asker));
		expect(askingKey).toContain('sha256:');
		return startDirectly(scene, {
			adapter: codexAdapter,
			request: { asker, askingKey },
			change: (command) => ({
				...command,
				args: [...command.args.slice(0, 4), ...NO_TMP, ...command.args.slice(4)],
			}),
			...rest,
		});
	};
	const made = (scene: Scene) => existsSync(join(scene.repo, OUTSIDE));
	/** Requests of the reviewer have the form of its verdict. */
	const reviews = (scene: Scene) =>
		scene.model.of('codex').filter(({ body }) => (body.text as { format?: unknown } | undefined)?.format);

	it('works: asks to leave the sandbox, for a patch outside and for tools of MCP servers, and does what is allowed', async () => {
		const make = { name: 'make', namespace: 'mcp__maker', input: {} };
		const scene = await opened(
			...[escalated(`echo made > ${OUTSIDE}`), escalated('echo made > ../denied.txt')],
			...[make, make, TOOLS.codex.write('../patched.txt', 'made')],
		);
		const args = JSON.stringify([SERVER, join(scene.repo, 'made.txt')]);
		const config = scene.readHome('.codex/config.toml') ?? '';
		scene.writeHome(
			'.codex/config.toml',
			`${config}\n[mcp_servers.maker]\ncommand = ${JSON.stringify(process.execPath)}\nargs = ${args}\n`,
		);
		const allows = [true, false, false, true, false];
		const seen: Array<string | null> = [];
		const run = await start(scene, {
			answer: () => {
				seen.push(scene.read('made.txt'));
				return JSON.stringify({
					decision: allows.shift() ? 'allow' : 'deny',
					message: 'Use the test folder.',
				});
			},
		});
		expect(run.questions[0], run.stderr).toMatchObject({ dialect: 'codex', hook: { tool_name: 'Bash' } });
		const tools = run.questions.map(({ hook }) => hook.tool_name);
		expect(tools).toEqual(['Bash', 'Bash', 'mcp__maker__make', 'mcp__maker__make', 'apply_patch']);
		expect(made(scene)).toBe(true);
		expect(seen).toEqual([null, null, null, null, 'made']);
		for (const name of ['denied', 'patched'])
			expect(existsSync(join(scene.repo, `../${name}.txt`)), name).toBe(false);
		expect(scene.model.of('codex').at(-1)?.raw).toContain('Use the test folder.');
		expect(reviews(scene)).toEqual([]);
	});

	it('exits with 1, prints nonsense, is killed: nothing runs, and the reviewer that would allow it is not asked', async () => {
		const call = escalated(`echo made > ${OUTSIDE}`);
		const scene = await opened(call, call, call);
		const fails = [
			'n=$(cat "$HOME/fails" 2>/dev/null | wc -c); printf x >>"$HOME/fails"',
			'case $n in 0) exit 1;; 1) echo nonsense;; *) kill -9 $$;; esac #',
		].join('; ');
		await start(scene, { asker: fails });
		expect(scene.readHome('fails')).toBe('xxx');
		expect(made(scene)).toBe(false);
		expect(reviews(scene)).toEqual([]);
	});

	it('is trusted by a hash that is not its own: nothing runs, and nobody is asked', async () => {
		const scene = await opened();
		const key = `${(await keyOf(scene, ASKER))?.split('\n')[0]}\nsha256:${'0'.repeat(64)}`;
		const run = await start(scene, { key });
		expect(run.questions).toEqual([]);
		expect(made(scene)).toBe(false);
		expect(reviews(scene)).toEqual([]);
	});

	it('finds no relay: nothing runs', async () => {
		const scene = await opened();
		const change = (command: AgentCommand) => ({
			...command,
			args: [...command.args.slice(0, 4), ...NO_TMP, ...command.args.slice(4)],
			env: { ...command.env, AGENT_RELAY_ASK: '/no/such/socket' },
		});
		await start(scene, { change });
		expect(made(scene)).toBe(false);
		expect(reviews(scene)).toEqual([]);
	});
});
