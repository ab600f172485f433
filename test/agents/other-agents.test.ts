/** Gemini CLI and OpenCode: a turn, its resume, presets and retries. Their limits and hand-overs are in `pairs`. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { callTools, REFUSALS, say, TOOLS } from './harness/answers.ts';
import { giveOpencodeItsPlugin } from './harness/four-agents.ts';
import { hasAgents } from './harness/installed-agents.ts';
import { LEFT_OUT, splitSome } from './harness/some-pairs.ts';
import { scenes } from './harness/with-scene.ts';

const AGENTS = ['gemini', 'opencode'] as const;
/** Without a model gemini asks a small one first which to take. */
const NAMED = { gemini: 'gemini:gemini-2.5-pro', opencode: 'opencode' } as const;
/** gemini does not start in a folder that is not trusted. */
const flags = (agent: (typeof AGENTS)[number], preset: string) => [
	'-a',
	NAMED[agent],
	'-p',
	preset,
	'--trust',
];

describe.skipIf(!hasAgents)('gemini and opencode', () => {
	const openScene = scenes();

	it.each(AGENTS)('%s edits a file under edit, and goes on in its own session', async (agent) => {
		const scene = await openScene();
		scene.model.script(
			agent,
			callTools(TOOLS[agent].write(`${scene.repo}/greeting.txt`, 'hello\n')),
			say('I call it Heron.'),
			say('Still Heron.'),
		);
		const first = await scene.run('Write a greeting', flags(agent, 'edit'));
		expect(first.exitCode, first.stderr + first.stdout).toBe(0);
		const one = scene.turn(1);
		expect(scene.read('greeting.txt')).toBe('hello\n');
		expect(one).toMatchObject({
			agent,
			status: 'completed',
			tools: [{ kind: 'edit', status: 'ok' }],
			files: [{ path: 'greeting.txt', change: 'added', source: 'git' }],
			tokens: { input: 2000, output: 100 },
		});

		const second = await scene.run('Which name?', [...flags(agent, 'edit'), '--session', 'latest']);
		expect(second.exitCode, second.stderr + second.stdout).toBe(0);
		const two = scene.turn(1);
		expect(two).toMatchObject({ resumed: true, native_session_id: one.native_session_id });
		expect(two.tokens).toMatchObject({ input: 1000, output: 50 });
		expect(
			scene.model.of(agent)[2]?.raw.includes('I call it Heron.'),
			'the first turn is in the request',
		).toBe(true);
	});

	it('gemini: its telemetry tells no retry twice and is gone with the turn', async () => {
		const scene = await openScene();
		// Its first wait is as long as it gathers telemetry.
		scene.model.script('gemini', REFUSALS.gemini.tooMany(), REFUSALS.gemini.tooMany(), say('Now it works.'));
		const run = await scene.run('Say something', flags('gemini', 'read-only'));
		expect(run.exitCode, run.stderr + run.stdout).toBe(0);
		expect(scene.turn(1)).toMatchObject({
			status: 'completed',
			limit: null,
			agent_version: expect.any(String),
		});
		expect(run.events.filter(({ type }) => type === 'retry')).toHaveLength(2);
		expect(readdirSync(join(scene.home, '.local/state/agent-relay/private'))).toEqual([]);
	});

	// Those of gemini are held in `presets.test.ts` too.
	const differing = splitSome(AGENTS, (agent) => agent === 'opencode');
	it.skip.each(differing.left)(`%s: the presets differ ${LEFT_OUT}`, () => undefined);
	it.each(differing.tried)('%s: the presets differ', async (agent) => {
		const scene = await openScene();
		const shell = (name: string) =>
			scene.model.script(agent, callTools(TOOLS[agent].shell(`echo x > ${name}`)), say('Tried.'));
		for (const preset of ['read-only', 'edit', 'full']) {
			shell(`by-${preset}.txt`);
			const run = await scene.run(`Try it: ${preset}`, flags(agent, preset));
			expect(run.exitCode, run.stderr + run.stdout).toBe(0);
		}
		expect(scene.git('status', '--short', '-uall').trim()).toBe('?? by-full.txt');
		const statuses = scene.sessions().map((folder) => scene.turn(1, folder).tools[0]?.status);
		expect(statuses[2]).not.toMatch(/error|denied/);
		expect(statuses.slice(0, 2).filter((status) => status === 'ok')).toEqual([]);
	});

	it('opencode told to come back in two hours: claude goes on at once', async () => {
		const scene = await openScene();
		giveOpencodeItsPlugin(scene);
		scene.model.script('opencode', callTools(TOOLS.opencode.write(`${scene.repo}/half.txt`, 'half\n')));
		scene.model.forever('opencode', REFUSALS.opencode.tooMany(7200));
		scene.model.script('claude', say('I finish it.'));

		const order = ['--order', 'opencode,claude', '-p', 'full', '--trust'];
		const run = await scene.run('Write both halves', order);

		expect(run.exitCode, run.stderr + run.stdout).toBe(0);
		const limit = { kind: 'rate', reset_at: expect.any(String) };
		expect(scene.turn(1)).toMatchObject({ agent: 'opencode', status: 'limited', limit });
		expect(scene.turn(2)).toMatchObject({ agent: 'claude', trigger: 'failover', status: 'completed' });
		const seen = scene.model.of('claude')[0]?.userTexts.join('\n') ?? '';
		for (const words of ['Write both halves', 'half.txt']) expect(seen).toContain(words);
		expect(scene.ledger()).toMatchObject([{ agent: 'opencode', limit: { kind: 'rate' } }]);
	});
});
