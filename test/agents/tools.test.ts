/** The relay's own tools in the real CLIs: what one returns reaches the model, and no question is asked for it. */
import { describe, expect, it } from 'vitest';
import { writeClaudeTranscript } from '../helpers/claude-transcript.ts';
import { callTools, type ModelCall, say } from './harness/answers.ts';
import { type Agent, giveOpencodeItsPlugin } from './harness/four-agents.ts';
import { hasAgents } from './harness/installed-agents.ts';
import { RELAY, type Scene } from './harness/scene.ts';
import { LEFT_OUT, splitSome } from './harness/some-pairs.ts';
import { scenes } from './harness/with-scene.ts';

const CALLS: Readonly<
	Record<Agent | 'copilot', (tool: string, input: Record<string, unknown>) => ModelCall>
> = {
	claude: (tool, input) => ({ name: `mcp__agent_relay__${tool}`, input }),
	codex: (tool, input) => ({ name: tool, input, namespace: 'mcp__agent_relay' }),
	copilot: (tool, input) => ({ name: `agent_relay-${tool}`, input }),
	gemini: (tool, input) => ({ name: `mcp_agent_relay_${tool}`, input }),
	opencode: (tool, input) => ({ name: `agent_relay_${tool}`, input }),
};
/** gemini has no server for one call: its user has installed ours. */
function giveGeminiItsServer(scene: Scene): void {
	const path = '.gemini/settings.json';
	const settings = JSON.parse(scene.readHome(path) ?? '{}');
	const server = { command: process.execPath, args: [RELAY, 'mcp'] };
	scene.writeHome(path, JSON.stringify({ ...settings, mcpServers: { agent_relay: server } }));
}

const AGENTS = ['claude', 'codex', 'copilot', 'gemini', 'opencode'] as const;

describe.skipIf(!hasAgents)('the tools of the relay', () => {
	const openScene = scenes();

	const answered = splitSome(AGENTS, (_, at) => at % 2 === 0);
	const ANSWERED = 'answer %s, and the answer reaches its model';
	it.skip.each(answered.left)(`${ANSWERED} ${LEFT_OUT}`, () => undefined);
	it.each(answered.tried)(ANSWERED, async (agent) => {
		const scene = await openScene();
		giveOpencodeItsPlugin(scene);
		giveGeminiItsServer(scene);
		const call = CALLS[agent];
		scene.model.script(
			agent,
			callTools(call('create_session', { session: 'review', label: 'made by a tool' })),
			callTools(call('list_sessions', {})),
			say('Found it.'),
		);
		const run = await scene.run('What was done here before?', ['--order', agent, '-p', 'edit', '--trust']);
		expect(run.exitCode, run.stderr + run.stdout).toBe(0);
		const heard = JSON.stringify(scene.model.of(agent).at(-1));
		expect(heard).toContain('made by a tool');
		expect(heard).toContain('What was done here before?');
		expect(heard).toContain('active_agent');
	});

	const searching = splitSome(AGENTS, (_, at) => at % 2 === 1);
	const SEARCHING = 'are only those that read for %s under read-only, and find what was said';
	it.skip.each(searching.left)(`${SEARCHING} ${LEFT_OUT}`, () => undefined);
	it.each(searching.tried)(SEARCHING, async (agent) => {
		const scene = await openScene();
		const id = '11111111-2222-4333-8444-555555555555';
		const place = { env: { HOME: scene.home }, repo: scene.repo };
		writeClaudeTranscript(place, id, ['Why does the harbour bell ring twice?', 'It is rung by two clocks.']);
		giveOpencodeItsPlugin(scene);
		giveGeminiItsServer(scene);
		const call = CALLS[agent];
		scene.model.script(
			agent,
			callTools(call('create_session', { session: 'review' })),
			callTools(call('search_history', { query: 'clocks' })),
			say('Found it.'),
		);
		const run = await scene.run('What was done here?', ['--order', agent, '-p', 'read-only', '--trust']);
		expect(run.exitCode, run.stderr + run.stdout).toBe(0);
		// Excerpts mark what was found.
		expect(JSON.stringify(scene.model.of(agent).at(-1))).toContain('rung by two');
		expect(scene.read('.agent-relay/names.json')).toBeNull();
	});
});
