/** Signals in mid-turn: the agent ends with its tools, the session is kept. */
import { describe, expect, it } from 'vitest';
import { until } from '../helpers/patience.ts';
import { callTools, NO_ANSWER, say, TOOLS } from './harness/answers.ts';
import { hasAgents } from './harness/installed-agents.ts';
import { LEFT_OUT, splitSome } from './harness/some-pairs.ts';
import { scenes } from './harness/with-scene.ts';

/** claude 2.1.330 refuses a call that is a bare `sleep`. */
const ENDLESS = 'tail -f /dev/null';

describe.skipIf(!hasAgents)('a turn that is stopped', () => {
	const openScene = scenes();

	const SIGNALS = [
		['claude', 'SIGTERM', 143],
		['codex', 'SIGTERM', 143],
		['claude', 'SIGHUP', 129],
		['codex', 'SIGHUP', 129],
		['claude', 'SIGINT', 130],
		['codex', 'SIGINT', 130],
	] as const;
	/** `some`: each signal to one of both. */
	const cases = splitSome(SIGNALS, (_, at) => at % 4 === 0 || at % 4 === 3);
	const STOPPED = '%s by %s: exit %i, nothing left, and the work goes on later';
	it.skip.each(cases.left)(`${STOPPED} ${LEFT_OUT}`, () => undefined);
	it.each(cases.tried)(STOPPED, async (agent, signal, code) => {
		const scene = await openScene();
		scene.model.script(
			agent,
			{ type: 'message', text: 'I look first.', calls: [TOOLS[agent].shell('echo begun > begun.txt')] },
			callTools(TOOLS[agent].shell(ENDLESS)),
		);
		const running = scene.startRun('Wait for the tide', ['-a', agent, '-p', 'full']);
		await until(
			() => scene.processes().some(({ command }) => command.includes(ENDLESS)),
			'the tool to run',
			() => running.stdout() + running.stderr(),
		);

		running.child.kill(signal);
		const run = await running.ended;

		expect(run.exitCode, run.stderr).toBe(code);
		await until(
			() => scene.processes().length === 0,
			'every process to be gone',
			() => JSON.stringify(scene.processes()),
		);
		expect(scene.turn(1)).toMatchObject({ status: 'cancelled', files: [{ path: 'begun.txt' }] });
		expect(scene.meta()).toMatchObject({ status: 'checkpointed', checkpoint: { reason: 'interrupted' } });

		scene.model.script(agent, say('The tide is in.'));
		const again = await scene.relay(['run', '--json', '-a', agent, '-p', 'full', '--continue']);
		expect(again.exitCode, again.stderr).toBe(0);
		expect(scene.turn(2)).toMatchObject({ status: 'completed', resumed: true });
		expect(scene.model.of(agent).at(-1)?.userTexts.at(-1)).toContain('Wait for the tide');
	});

	/** `some`: the time-out of the other one is met in `after-a-cut.test.ts`. */
	const late = splitSome(['claude', 'codex'] as const, (agent) => agent === 'codex');
	it.skip.each(late.left)(`%s by --timeout: exit 3, timed_out ${LEFT_OUT}`, () => undefined);
	it.each(late.tried)('%s by --timeout: exit 3, timed_out', async (agent) => {
		const scene = await openScene();
		scene.model.script(agent, callTools(TOOLS[agent].shell(ENDLESS)));
		// codex asks the model again once a command has run for 10 s.
		scene.model.forever(agent, NO_ANSWER);
		const run = await scene.run('Wait for the tide', ['-a', agent, '-p', 'full', '--timeout', '20s']);

		expect(run.exitCode, run.stderr).toBe(3);
		expect(scene.turn(1)).toMatchObject({ status: 'timed_out', tools: [{ kind: 'execute' }] });
		expect(scene.meta().checkpoint?.reason).toBe('timed_out');
	});
});
