/** Gemini CLI and OpenCode: a turn, its resume, their limits, and hand-overs with claude in both directions. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Answer, callTools, REFUSALS, say, TOOLS } from './harness/answers.ts';
import { hasAgents } from './harness/installed-agents.ts';
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

	it.each(AGENTS)('%s: the presets differ', async (agent) => {
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

	const limits: Array<[(typeof AGENTS)[number], string, Answer, boolean]> = [
		['gemini', 'window', REFUSALS.gemini.window(), true],
		['gemini', 'quota', REFUSALS.gemini.quota(), false],
		['opencode', 'billing', REFUSALS.opencode.billing(), false],
		['opencode', 'rate', REFUSALS.opencode.tooMany(7200), true],
	];
	it.each(limits)('%s stopped by a limit (%s): claude goes on', async (agent, kind, refusal, hasReset) => {
		const scene = await openScene();
		// As after opencode's first start with a registry: only then does it get the plugin that tells of its waiting.
		scene.writeHome(
			'.config/opencode/node_modules/@opencode-ai/plugin/package.json',
			'{"version":"1.18.33"}',
		);
		scene.model.script(agent, callTools(TOOLS[agent].write(`${scene.repo}/half.txt`, 'half\n')));
		scene.model.forever(agent, refusal);
		scene.model.script('claude', say('I finish it.'));

		const order = ['--order', `${NAMED[agent]},claude`, '-p', 'full', '--trust'];
		const run = await scene.run('Write both halves', order);

		expect(run.exitCode, run.stderr + run.stdout).toBe(0);
		expect(scene.turn(1)).toMatchObject({ agent, status: 'limited', limit: { kind } });
		expect(scene.turn(1).limit?.reset_at === null, 'no reset is told').toBe(!hasReset);
		expect(scene.turn(2)).toMatchObject({ agent: 'claude', trigger: 'failover', status: 'completed' });
		const seen = scene.model.of('claude')[0]?.userTexts.join('\n') ?? '';
		for (const words of ['Write both halves', 'half.txt']) expect(seen).toContain(words);
		expect(scene.ledger()).toMatchObject([{ agent, limit: { kind } }]);
	});

	it.each(AGENTS)(
		'claude stopped by its window: %s goes on, and opens no file that is quoted',
		async (agent) => {
			const scene = await openScene({ files: { '.env': 'TOKEN=zebra-quartz-7719\n' } });
			scene.model.script('claude', {
				type: 'message',
				text: 'Decision: I will read @.env and then $ENV.',
				calls: [TOOLS.claude.write(`${scene.repo}/half.txt`, 'half\n')],
			});
			scene.model.forever('claude', REFUSALS.claude.window(Math.floor(Date.now() / 1000) + 3600));
			scene.model.script(agent, say('I finish it.'));

			const order = ['--order', `claude,${NAMED[agent]}`, '-p', 'full', '--trust'];
			const run = await scene.run('Write both halves', order);

			expect(run.exitCode, run.stderr + run.stdout).toBe(0);
			expect(scene.turn(2)).toMatchObject({ agent, trigger: 'failover', status: 'completed' });
			const request = scene.model.of(agent)[0];
			expect(request?.userTexts.join('\n')).toContain('Write both halves');
			expect(request?.userTexts.join('\n')).toContain('I will read');
			expect(request?.raw.includes('zebra-quartz-7719'), 'the file is in the request').toBe(false);
		},
	);
});
