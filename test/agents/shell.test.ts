/** The shell on a terminal, with the real CLIs. */
import { describe, expect, it } from 'vitest';
import { until } from '../helpers/patience.ts';
import { callTools, REFUSALS, say, TOOLS } from './harness/answers.ts';
import { hasAgents } from './harness/installed-agents.ts';
import { PtyRelay } from './harness/pty-relay.ts';
import { scenes } from './harness/with-scene.ts';

describe.skipIf(!hasAgents)('the shell', () => {
	const openScene = scenes();

	it('carries a day of work: a prompt, a limit, the other agent, a switch back, and the way out', async () => {
		const scene = await openScene();
		const soon = Math.floor(Date.now() / 1000) + 7200;
		scene.model.script(
			'claude',
			callTools(TOOLS.claude.write(`${scene.repo}/lake.txt`, 'cold\n')),
			say('The lake file is written.'),
			REFUSALS.claude.window(soon),
			say('Claude is back.'),
		);
		scene.model.script('codex', say('Codex wrote the rest.'));
		const shell = new PtyRelay(scene, ['--agent', 'claude', '-p', 'full']);
		try {
			await shell.ready();
			shell.type('Write the lake file\r');
			await shell.shows('The lake file is written.');
			await until(() => scene.turn(1).status === 'completed', 'the first turn to end');
			shell.type('Now the rest\r');
			await shell.shows('Codex wrote the rest.');
			await until(
				() => scene.meta().turn_count === 3 && scene.turn(3).status === 'completed',
				'the failover',
			);
			// Lines in one piece would be a paste; Ctrl+E keeps them apart.
			shell.type('/use claude\x05\r');
			shell.type('Are you there?\r');
			await shell.shows('Claude is back.');
			await until(() => scene.turn(4).status === 'completed', 'the last turn to end');
			shell.type('/exit\r');

			expect(await shell.ended, shell.text()).toBe(0);
		} finally {
			shell.kill('SIGKILL');
		}
		expect([1, 2, 3, 4].map((turn) => [scene.turn(turn).agent, scene.turn(turn).status])).toEqual([
			['claude', 'completed'],
			['claude', 'limited'],
			['codex', 'completed'],
			['claude', 'completed'],
		]);
		expect(scene.turn(4)).toMatchObject({
			resumed: true,
			native_session_id: scene.turn(1).native_session_id,
		});
		expect(scene.sessions()).toHaveLength(1);
		expect(scene.meta().status).toBe('completed');
	});

	it.each(['claude', 'codex'] as const)(
		'its terminal is closed in mid-turn: %s ends, the work is kept',
		async (agent) => {
			const scene = await openScene();
			scene.model.script(agent, callTools(TOOLS[agent].shell('tail -f /dev/null')));
			const shell = new PtyRelay(scene, ['--agent', agent, '-p', 'full']);
			await shell.ready();
			shell.type('Wait for the tide\r');
			await until(
				() => scene.processes().some(({ command }) => command.includes('tail -f')),
				'the tool to run',
				() => shell.text(),
			);
			shell.kill('SIGHUP');

			expect(await shell.ended).toBe(129);
			await until(
				() => scene.processes().length === 0,
				'every process to be gone',
				() => '',
			);
			expect(scene.meta()).toMatchObject({ status: 'checkpointed', checkpoint: { reason: 'interrupted' } });
			expect(scene.turn(1).status).toBe('cancelled');
		},
	);
});
