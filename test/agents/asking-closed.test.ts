/** What happens to a question of a real CLI when its way to the relay is broken: nothing that was asked for runs. */

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { AgentCommand } from '../../src/agents/agent-adapter.ts';
import { opencodeAdapter } from '../../src/agents/opencode/adapter.ts';
import { callTools, say, TOOLS } from './harness/answers.ts';
import { startDirectly } from './harness/direct-start.ts';
import { giveOpencodeItsPlugin } from './harness/four-agents.ts';
import { hasAgents } from './harness/installed-agents.ts';
import { scenes } from './harness/with-scene.ts';

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
