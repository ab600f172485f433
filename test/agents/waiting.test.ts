/** Nobody is left: waiting for the reset, giving that up, a reset too far away, models that are limited alone. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { until } from '../helpers/patience.ts';
import { callTools, REFUSALS, say, TOOLS, whenAsked } from './harness/answers.ts';
import { workFlags } from './harness/four-agents.ts';
import { hasAgents } from './harness/installed-agents.ts';
import { PtyRelay } from './harness/pty-relay.ts';
import type { Scene } from './harness/scene.ts';
import { scenes } from './harness/with-scene.ts';

const PROMPT = 'Write both halves; `$HOME` stays as it is.';
/** Behind the refusal. On a busy machine the CLI itself needs seconds to end after it. */
const RESET_S = 10;
const inSeconds = (seconds: number) => Math.ceil(Date.now() / 1000) + seconds;
/** A refusal of the plan's window, and the reset that it told. */
function refusal(agent: 'claude' | 'codex') {
	const told = { reset: 0 };
	const answer = whenAsked(() => {
		told.reset = inSeconds(RESET_S);
		return REFUSALS[agent].window(told.reset);
	});
	return { told, answer };
}
const iso = (seconds: number) => new Date(seconds * 1000).toISOString();

describe.skipIf(!hasAgents)('a session in which nobody is left', () => {
	const openScene = scenes();

	it.each([
		['claude', 'by --wait', ['--wait'], {}],
		['codex', 'by its configuration', [], { AGENT_RELAY_CFG_LIMITS__WHEN_EXHAUSTED: 'wait' }],
	] as const)(
		'%s waits for the reset %s, and the prompt goes out once more',
		async (agent, _by, flags, env) => {
			const scene = await openScene();
			const { told, answer } = refusal(agent);
			const half = callTools(TOOLS[agent].write(`${scene.repo}/half.txt`, 'half\n'));
			scene.model.script(agent, half, answer, say('Both halves are there.'));

			const run = await scene.run(PROMPT, [...workFlags(agent), ...flags], { env });

			const { reset } = told;
			expect(run.exitCode, run.stderr + run.stdout).toBe(0);
			const [, refused, again, ...more] = scene.model.of(agent);
			expect(more).toEqual([]);
			const waitedMs = (again?.at ?? 0) - reset * 1000;
			process.stderr.write(`${agent}: asked again ${waitedMs} ms after the reset\n`);
			expect(refused?.at).toBeLessThan(reset * 1000);
			expect(waitedMs).toBeGreaterThan(0);
			expect(again?.userTexts.join('\n')).toContain(PROMPT);
			expect(run.events.filter(({ type }) => type === 'waiting')).toMatchObject([
				{ agent, until: iso(reset) },
			]);
			expect(scene.turn(1)).toMatchObject({ status: 'limited', limit: { reset_at: iso(reset) } });
			expect(scene.turn(2)).toMatchObject({
				agent,
				status: 'completed',
				resumed: true,
				native_session_id: scene.turn(1).native_session_id,
			});
			expect(scene.sessions()).toHaveLength(1);
			expect(scene.meta()).toMatchObject({ status: 'completed', turn_count: 2, checkpoint: null });
			expect(scene.ledger()).toEqual([]);
		},
	);

	it('waits also where the one that was left never began', async () => {
		const scene = await openScene();
		const { told, answer } = refusal('claude');
		scene.model.script('claude', answer, say('Both halves are there.'));
		scene.model.forever('codex', {
			type: 'refusal',
			status: 400,
			body: { error: { message: 'No such thing.' } },
		});
		const run = await scene.run(PROMPT, [...workFlags('claude', 'codex'), '--wait']);

		expect(run.exitCode, run.stderr + run.stdout).toBe(0);
		expect([1, 2, 3].map((turn) => [scene.turn(turn).agent, scene.turn(turn).status])).toEqual([
			['claude', 'limited'],
			['codex', 'failed'],
			['claude', 'completed'],
		]);
		expect(scene.model.of('claude')).toHaveLength(2);
		expect(scene.model.of('claude')[1]?.at).toBeGreaterThan(told.reset * 1000);
		expect(scene.model.of('claude')[1]?.userTexts.join('\n')).toContain(PROMPT);
	});

	it('stops waiting on Ctrl+C: exit 130, and the work is kept for later', async () => {
		const scene = await openScene();
		scene.model.forever('claude', REFUSALS.claude.window(inSeconds(7200)));
		const running = scene.startRun(PROMPT, [...workFlags('claude'), '--wait']);
		await running.event('waiting', ({ type }) => type === 'waiting');
		running.child.kill('SIGINT');
		const run = await running.ended;

		expect(run.exitCode, run.stderr).toBe(130);
		expectKept(scene);
		await expectToGoOn(scene);
	});

	it('does not wait longer than limits.max_wait_s: exit 2, and why is said', async () => {
		const scene = await openScene();
		scene.model.forever('claude', REFUSALS.claude.window(inSeconds(7200)));
		const env = { AGENT_RELAY_CFG_LIMITS__MAX_WAIT_S: '3600' };
		const run = await scene.run(PROMPT, [...workFlags('claude'), '--wait'], { env });

		expect(run.exitCode, run.stderr).toBe(2);
		expect(run.events.filter(({ type }) => type === 'waiting')).toEqual([]);
		const notices = run.events.filter(({ type }) => type === 'notice').map(({ text }) => text);
		expect(notices.join('\n')).toContain('limits.max_wait_s');
		expectKept(scene);
		await expectToGoOn(scene);
	});

	it('is over in the shell when the preferred agent is free again: that is offered once', async () => {
		const scene = await openScene();
		const { told, answer } = refusal('claude');
		scene.model.script('claude', answer);
		scene.model.script('codex', say('Codex wrote it.'), say('Codex goes on.'), say('And on.'));
		const shell = new PtyRelay(scene, workFlags('claude', 'codex'));
		try {
			await shell.ready();
			shell.type('Write the lake file\r');
			await shell.shows('Codex wrote it.');
			await until(() => Date.now() > told.reset * 1000, 'the reset');
			for (const [words, answer] of [
				['Go on', 'Codex goes on.'],
				['And on', 'And on.'],
			] as const) {
				shell.type(`${words}\r`);
				await shell.shows(answer);
			}
			await shell.shows('claude is free again');
			shell.type('/exit\r');
			expect(await shell.ended, shell.text()).toBe(0);
		} finally {
			shell.kill('SIGKILL');
		}
		expect(shell.text().split('claude is free again')).toHaveLength(2);
		expect(scene.model.of('claude')).toHaveLength(1);
	});
});

describe.skipIf(!hasAgents)('a window of one model', () => {
	const openScene = scenes();

	it('leaves the other models of its agent eligible', async () => {
		const scene = await openScene();
		const reset = inSeconds(7200);
		scene.model.script(
			'claude',
			REFUSALS.claude.window(reset, 'seven_day_opus'),
			say('Another model goes on.'),
		);
		const order = ['--order', 'claude:opus,claude,codex', '-p', 'full'];
		const run = await scene.run(PROMPT, order);

		expect(run.exitCode, run.stderr + run.stdout).toBe(0);
		const models = scene.model.of('claude').map(({ body }) => String(body.model));
		expect(models).toHaveLength(2);
		expect(models[0]).toContain('opus');
		expect(models[1]).not.toContain('opus');
		expect(scene.turn(1)).toMatchObject({ status: 'limited', limit: { scope: 'model' } });
		expect(scene.turn(2)).toMatchObject({ agent: 'claude', trigger: 'failover', status: 'completed' });
		expect(scene.model.of('claude')[1]?.userTexts.join('\n')).toContain(PROMPT);
		expect(scene.ledger()).toMatchObject([{ agent: 'claude', model: 'opus', until: iso(reset) }]);

		// The next prompt passes over that model only.
		scene.model.script('claude', say('Here I am.'));
		const next = await scene.run('And now?', order);
		expect(next.exitCode, next.stderr).toBe(0);
		expect(scene.turn(1)).toMatchObject({ agent: 'claude', status: 'completed' });
		expect(String(scene.model.of('claude')[2]?.body.model)).not.toContain('opus');
	});
});

function expectKept(scene: Scene): void {
	expect(scene.turn(1)).toMatchObject({ status: 'limited' });
	const { status, checkpoint } = scene.meta();
	expect({ status, reason: checkpoint?.reason }).toEqual({ status: 'checkpointed', reason: 'limit' });
	expect(existsSync(join(scene.session(), checkpoint?.packet ?? 'nothing'))).toBe(true);
	expect(scene.processes()).toEqual([]);
}

async function expectToGoOn(scene: Scene): Promise<void> {
	scene.model.reset();
	scene.model.script('claude', say('Done now.'));
	await scene.relay(['limits', 'clear']);
	const again = await scene.relay(['run', '--json', ...workFlags('claude'), '--continue']);
	expect(again.exitCode, again.stderr + again.stdout).toBe(0);
	expect(scene.model.of('claude').at(-1)?.userTexts.join('\n')).toContain(PROMPT);
	expect(scene.meta()).toMatchObject({ status: 'completed', checkpoint: null });
}
