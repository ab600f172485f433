/**
 * claude with work beside its conversation: commands and sub-agents. What a version does not tell (2.1.197 lists no
 * background tasks and ends them a few seconds after its answer) cannot be waited for; those tests are then skipped.
 */
import { describe, expect, it } from 'vitest';
import { until } from '../helpers/patience.ts';
import { type Answer, callTools, type ModelCall, REFUSALS, say } from './harness/answers.ts';
import { hasAgents } from './harness/installed-agents.ts';
import type { EventLine, RelayRun, Scene } from './harness/scene.ts';
import { scenes } from './harness/with-scene.ts';

const SUB_TASK = 'Sub-task: look at the harbour.';
const RESET = () => Math.floor(Date.now() / 1000) + 7200;
const shell = (command: string, more: Record<string, unknown> = {}): ModelCall => ({
	name: 'Bash',
	input: { command, description: 'Run a command', ...more },
});
const subAgent = (more: Record<string, unknown> = {}): ModelCall => ({
	name: 'Agent',
	input: { description: 'look', prompt: SUB_TASK, subagent_type: 'general-purpose', ...more },
});
const tooLong: Answer = {
	type: 'refusal',
	status: 400,
	body: {
		type: 'error',
		error: { type: 'invalid_request_error', message: 'prompt is too long: 250000 tokens > 200000 maximum' },
	},
};
const listsTasks = (scene: Scene) => scene.turnText(1, 'raw.jsonl').includes('background_tasks_changed');
/** The relay would stop what lingers at once. */
const NO_LINGER = '[turn]\nlinger_s = 0\n';
const RUN = ['-a', 'claude', '-m', 'claude-sonnet-4-5', '-p', 'full', '--order', 'claude'];

/** A command that lasts until the test lets it go on: however slow the machine is, the answer that does not wait for it comes first. */
const WAIT = 'until [ -e ~/go ]; do sleep .1; done';
const isAnswer = ({ type }: EventLine) => /^(?:interim_answer|turn_ended)$/.test(type);
/** What the conversation itself has used by then: the tokens of two answers. */
const isSecondAnswer = ({ type, tokens }: EventLine) =>
	type === 'usage' && (tokens as { input?: number }).input === 2000;

/** Lets it go on once `isDue` says that the answer is whole. */
async function runOn(scene: Scene, task: string, isDue: (event: EventLine) => boolean): Promise<RelayRun> {
	const running = scene.startRun(task, RUN);
	await running.event('of an answer', isDue);
	scene.writeHome('go', '');
	return running.ended;
}

describe.skipIf(!hasAgents)('claude with work in the background', () => {
	const openScene = scenes();

	it('is waited for until it has answered to the end of its command', async ({ skip }) => {
		const scene = await openScene({ config: NO_LINGER });
		scene.model.script(
			'claude',
			callTools(shell(`${WAIT}; echo ok > built.txt`, { run_in_background: true })),
			say('INTERIM: it is building.'),
			say('FINAL: it is built.'),
		);

		const { exitCode, events, stderr } = await runOn(scene, 'Build it', isAnswer);

		if (!listsTasks(scene)) skip();
		expect(exitCode, stderr).toBe(0);
		expect(scene.turn(1)).toMatchObject({
			status: 'completed',
			stop_reason: 'end_turn',
			files: [{ path: 'built.txt', change: 'added' }],
			tokens: { input: 3000, output: 150 },
			warnings: [],
		});
		const output = scene.turnText(1, 'output.md');
		expect(output).toContain('INTERIM: it is building.');
		expect(output).toContain(`waits for 1 background task: ${WAIT}; echo ok > built.txt`);
		expect(output).toContain('FINAL: it is built.');
		expect(events.map(({ type }) => type)).toContain('interim_answer');
		expect(scene.meta().status).toBe('completed');
	});

	it('that is not waited for any longer says which command was stopped', async ({ skip }) => {
		const scene = await openScene({ config: `${NO_LINGER}background_s = 1\n` });
		scene.model.script(
			'claude',
			callTools(shell('sleep 30; echo late > late.txt', { run_in_background: true })),
			say('INTERIM: it is building.'),
		);

		const { exitCode, stderr } = await scene.run('Build it', RUN);

		if (!listsTasks(scene)) skip();
		expect(exitCode, stderr).toBe(2);
		expect(scene.turn(1)).toMatchObject({
			status: 'completed',
			stop_reason: 'background_stopped',
			warnings: ['Stopped with the turn: 1 background task: sleep 30; echo late > late.txt'],
		});
		expect(scene.meta()).toMatchObject({ status: 'checkpointed', checkpoint: { reason: 'interrupted' } });
	});

	it('ends by Ctrl+C with the answer that there is, and its command with it', async ({ skip }) => {
		const scene = await openScene({ config: NO_LINGER });
		scene.model.script(
			'claude',
			callTools(shell('sleep 60; echo late > late.txt', { run_in_background: true })),
			say('INTERIM: it is building.'),
		);
		const running = scene.startRun('Build it', RUN);
		const answered = await running.event('of an answer', isAnswer);
		if (answered.type === 'interim_answer') running.child.kill('SIGINT');
		const { exitCode, stderr } = await running.ended;

		if (answered.type !== 'interim_answer') skip();
		expect(exitCode, stderr).toBe(130);
		expect(scene.turn(1)).toMatchObject({
			status: 'completed',
			stop_reason: 'background_stopped',
			warnings: ['Stopped with the turn: 1 background task: sleep 60; echo late > late.txt'],
		});
		await until(
			() => scene.processes().length === 0,
			'every process to be gone',
			() => JSON.stringify(scene.processes()),
		);
	});

	it('whose continuation fails is not completed', async ({ skip }) => {
		const scene = await openScene({ config: NO_LINGER });
		scene.model.scriptFor(SUB_TASK, callTools(shell(`${WAIT}; echo seen > seen.txt`)), say('SUB: seen.'));
		scene.model.script('claude', callTools(subAgent({ run_in_background: true })), say('INTERIM: I wait.'));
		scene.model.forever('claude', tooLong);

		const { exitCode, stderr } = await runOn(scene, 'Look at it', isSecondAnswer);

		if (!listsTasks(scene)) skip();
		expect(exitCode, stderr).toBe(1);
		expect(scene.turn(1)).toMatchObject({ status: 'failed', stop_reason: 'context_too_long' });
		// Its own, or that of the relay's signal, where it does not end at once.
		expect([1, 143]).toContain(scene.turn(1).exit_code);
		expect(scene.turnText(1, 'output.md')).toContain('INTERIM: I wait.');
		expect(scene.read('seen.txt')).toBe('seen\n');
	});

	it('goes on when a sub-agent is refused its model, which only that model is in the ledger for', async () => {
		const scene = await openScene();
		scene.model.scriptFor(SUB_TASK, REFUSALS.claude.window(RESET(), 'seven_day_opus'));
		scene.model.script(
			'claude',
			callTools(subAgent({ model: 'opus', run_in_background: false })),
			callTools(shell('sleep 2; echo done > done.txt')),
			say('FINAL: done without it.'),
		);

		const { exitCode, stderr } = await scene.run('Have it reviewed', RUN);

		expect(exitCode, stderr).toBe(0);
		const state = scene.turn(1);
		expect(state).toMatchObject({ status: 'completed', limit: null, exit_code: 0 });
		expect(state.refused_models).toMatchObject([{ model: 'opus', limit: { window: 'seven_day_opus' } }]);
		expect(state.warnings.join()).toContain('A sub-agent was refused its model opus');
		expect(scene.turnText(1, 'output.md')).toContain('FINAL: done without it.');
		expect(scene.ledger()).toMatchObject([{ agent: 'claude', model: 'opus' }]);
	});

	it('is limited when it is refused itself after its sub-agent was', async () => {
		const scene = await openScene();
		const reset = RESET();
		scene.model.scriptFor(SUB_TASK, REFUSALS.claude.window(reset));
		scene.model.script(
			'claude',
			callTools(subAgent({ run_in_background: true })),
			callTools(shell('sleep 3; echo done > done.txt')),
		);
		scene.model.forever('claude', REFUSALS.claude.window(reset));

		const { exitCode, stderr } = await scene.run('Look at it', RUN);

		expect(exitCode, stderr).toBe(2);
		expect(scene.turn(1)).toMatchObject({
			status: 'limited',
			limit: { kind: 'window', window: 'five_hour', reset_at: new Date(reset * 1000).toISOString() },
		});
		expect(scene.read('done.txt'), 'its command was not cut off').toBe('done\n');
		expect(scene.ledger()).toMatchObject([{ agent: 'claude', model: '*' }]);
	});
});
