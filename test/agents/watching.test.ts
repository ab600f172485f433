/** A second terminal: plain tools follow a turn while it runs. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { until } from '../helpers/patience.ts';
import { recordsIn, recordsOf, startWatch } from '../helpers/watched.ts';
import { REFUSALS, say, sayUntil, TOOLS } from './harness/answers.ts';
import { hasAgents } from './harness/installed-agents.ts';
import { scenes } from './harness/with-scene.ts';

describe.skipIf(!hasAgents)('a running turn', () => {
	const openScene = scenes();

	it.each(['claude', 'codex'] as const)('can be followed with tail, cat, jq and ls (%s)', async (agent) => {
		const scene = await openScene();
		const other = agent === 'claude' ? 'codex' : 'claude';
		let release = () => {};
		const released = new Promise<void>((resolve) => {
			release = resolve;
		});
		const limit = REFUSALS[agent].window(Math.floor(Date.now() / 1000) + 7200);
		scene.model.script(agent, limit);
		await scene.run('An older task', ['--order', agent, '-p', 'full']);
		const older = scene.session();
		scene.model.script(other, say('A newer task is done.'));
		await scene.run('A newer task', ['-a', other]);
		scene.model.script(
			agent,
			{ type: 'message', text: 'I look around first.', calls: [TOOLS[agent].shell('echo around')] },
			sayUntil('Now I think for a while.', released),
		);
		const inFolder = (command: string) =>
			execFileSync('sh', ['-c', command], {
				cwd: join(scene.repo, '.agent-relay/sessions'),
				encoding: 'utf8',
			});

		await scene.relay(['limits', 'clear']);
		const running = scene.start(['run', '--json', '-a', agent, '-p', 'full', '--continue']);
		await until(
			() => scene.model.of(agent).length === 3,
			'the second request of the turn',
			() => running.stdout() + running.stderr(),
		);
		// The session in use is the newest by time, though another was made later.
		const inUse = inFolder('ls -t | head -n 1').trim();
		expect(join(scene.repo, '.agent-relay/sessions', inUse)).toBe(older);
		const turns = join(older, 'turns');
		await until(() => existsSync(join(turns, '002-output.md')), 'the output to be on record');
		const tail = spawn('tail', ['-n', '+1', '-f', '002-output.md'], { cwd: turns });
		let followed = '';
		tail.stdout.on('data', (chunk) => {
			followed += chunk;
		});
		try {
			await until(
				() => followed.includes('I look around first.'),
				'the text in tail -f',
				() => followed,
			);
			await until(
				() => inFolder(`jq -r '.status, .tools[0].status' ${inUse}/turns/002-state.json`) === 'running\nok\n',
				'the state of the running turn by jq',
			);
			expect(inFolder(`cat ${inUse}/turns/002-prompt.md`)).toContain('An older task');
			await until(
				() => inFolder(`jq -r .type ${inUse}/turns/002-events.jsonl`).includes('tool_result'),
				'the result of the tool among the events',
			);
			expect(inFolder(`jq -r .status ${inUse}/meta.json`)).toBe('active\n');
			release();
			const run = await running.ended;
			expect(run.exitCode, run.stderr).toBe(0);
			await until(
				() => followed.includes('Now I think for a while.'),
				'the answer in tail -f',
				() => followed,
			);
		} finally {
			tail.kill();
		}
		expect(inFolder(`jq -r .status ${inUse}/meta.json ${inUse}/turns/002-state.json`)).toBe(
			'completed\ncompleted\n',
		);
	});

	it.each(['claude', 'codex'] as const)(
		'can be followed with watch, each record once (%s)',
		async (agent) => {
			const scene = await openScene();
			scene.model.script(
				agent,
				{ type: 'message', text: 'I look around first.', calls: [TOOLS[agent].shell('echo around')] },
				say('That was all.'),
			);
			const printed = join(scene.repo, '..', 'watched.jsonl');
			const watching = startWatch({ cwd: scene.repo, env: scene.env }, printed, ['--follow-new', '--json']);
			const { exitCode, stderr } = await scene.run('Look around', ['-a', agent, '-p', 'full']);
			expect(exitCode, stderr).toBe(0);
			const all = recordsIn(join(scene.repo, '.agent-relay/sessions'));
			await until(
				() => watching.lines().length >= all.length,
				'all records to be printed',
				() => watching.lines().join('\n'),
			);
			watching.kill('SIGINT');
			expect(await watching.ended).toEqual({ code: 130, stderr: '' });
			expect(recordsOf(watching.lines())).toEqual(all);
			const shown = await scene.relay(['watch', 'latest']);
			expect(shown.stdout).toMatch(
				/turn 1 · [\s\S]*I look around first\.[\s\S]*run echo around[\s\S]*That was all\./,
			);
		},
	);
});
