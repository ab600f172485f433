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
	const opened = async (...commands: string[]) => {
		const scene = await open();
		giveOpencodeItsPlugin(scene);
		const calls = (commands.length === 0 ? ['echo made > ran.txt'] : commands).map((command) =>
			callTools(TOOLS.opencode.shell(command)),
		);
		scene.model.script('opencode', ...calls, say('done'));
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

	it('works, asks, and runs what is allowed', async () => {
		const scene = await opened();
		const run = await startDirectly(scene, { adapter: opencodeAdapter });
		expect(run.questions, run.stderr).toHaveLength(1);
		expect(run.questions[0]).toMatchObject({ dialect: 'opencode', hook: { tool: 'bash' } });
		expect(scene.read('ran.txt')).toBe('made\n');
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

	it('knows a path outside the worktree: refused without a question', async () => {
		const scene = await opened('touch ../outside.txt');
		const run = await startDirectly(scene, { adapter: opencodeAdapter });
		expect(run.questions).toEqual([]);
		expect(scene.model.of('opencode').at(-1)?.raw).toContain('outside the folders');
	});

	it.each([
		['allow', 'made'],
		['deny', null],
	])('asks for a tool of an MCP server: %s', async (decision, text) => {
		const scene = await opened();
		scene.model.reset();
		scene.model.script('opencode', callTools({ name: 'maker_make', input: {} }), say('done'));
		const file = '.config/opencode/opencode.json';
		const config = JSON.parse(scene.readHome(file) ?? '');
		const command = [process.execPath, SERVER, join(scene.repo, 'ran.txt')];
		scene.writeHome(file, JSON.stringify({ ...config, mcp: { maker: { type: 'local', command } } }));
		const answer = () => JSON.stringify({ decision, message: 'No.' });
		const run = await startDirectly(scene, { adapter: opencodeAdapter, answer });
		expect(run.questions.map(({ hook }) => hook.tool)).toEqual(['maker_make']);
		expect(scene.read('ran.txt')).toBe(text);
	});

	it('asks for a sub-agent, and for each of its commands', async () => {
		const scene = await opened();
		scene.model.reset();
		const task = { description: 'sub', prompt: 'SUBWORK do it', subagent_type: 'general' };
		scene.model.scriptFor('SUBWORK', callTools(TOOLS.opencode.shell('echo sub > sub.txt')), say('sub done'));
		scene.model.script('opencode', callTools({ name: 'task', input: task }), say('done'));
		const run = await startDirectly(scene, {
			adapter: opencodeAdapter,
			answer: ({ tool }) =>
				tool === 'task' ? '{"decision":"allow"}' : '{"decision":"deny","message":"Not that."}',
		});
		expect(run.questions.map(({ hook }) => hook.tool)).toEqual(['task', 'bash']);
		expect(scene.read('sub.txt')).toBeNull();
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
	const opened = async (call: ModelCall = escalated(`echo made > ${OUTSIDE}`)) => {
		const scene = await open();
		scene.model.script('codex', callTools(call));
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

	it('works, asks, and runs what is allowed outside the sandbox', async () => {
		const scene = await opened();
		const run = await start(scene);
		expect(run.questions, run.stderr).toHaveLength(1);
		expect(run.questions[0]).toMatchObject({ dialect: 'codex', hook: { tool_name: 'Bash' } });
		expect(made(scene)).toBe(true);
	});

	it('gives the model the words of a denial, and its reviewer is not asked', async () => {
		const scene = await opened();
		await start(scene, { answer: () => '{"decision":"deny","message":"Use the test folder."}' });
		expect(made(scene)).toBe(false);
		expect(scene.model.of('codex').at(-1)?.raw).toContain('Use the test folder.');
		expect(reviews(scene)).toEqual([]);
	});

	it.each([
		['allow', 'made'],
		['deny', null],
	])('asks for a tool of an MCP server: %s', async (decision, text) => {
		const scene = await opened({ name: 'make', namespace: 'mcp__maker', input: {} });
		const args = JSON.stringify([SERVER, join(scene.repo, 'ran.txt')]);
		const config = scene.readHome('.codex/config.toml') ?? '';
		scene.writeHome(
			'.codex/config.toml',
			`${config}\n[mcp_servers.maker]\ncommand = ${JSON.stringify(process.execPath)}\nargs = ${args}\n`,
		);
		const run = await start(scene, { answer: () => JSON.stringify({ decision, message: 'No.' }) });
		expect(run.questions.map(({ hook }) => hook.tool_name)).toEqual(['mcp__maker__make']);
		expect(scene.read('ran.txt')).toBe(text);
		expect(reviews(scene)).toEqual([]);
	});

	it('asks for a patch outside the worktree', async () => {
		const scene = await opened(TOOLS.codex.write(OUTSIDE, 'made'));
		const run = await start(scene, { answer: () => '{"decision":"deny","message":"No."}' });
		expect(run.questions.map(({ hook }) => hook.tool_name)).toEqual(['apply_patch']);
		expect(made(scene)).toBe(false);
	});

	it.each([
		['exits with 1', 'exit 1 #'],
		['prints nonsense', 'echo nonsense #'],
		['is killed', 'kill -9 $$ #'],
	])('%s: nothing runs, and the reviewer that would allow it is not asked', async (_, asker) => {
		const scene = await opened();
		await start(scene, { asker });
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
