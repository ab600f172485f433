/** Two sessions that know one conversation of a real CLI: never both in it at once, and each is told what the other did. */
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { until } from '../helpers/patience.ts';
import { say, sayUntil } from './harness/answers.ts';
import { hasAgents } from './harness/installed-agents.ts';
import { scenes } from './harness/with-scene.ts';

describe.skipIf(!hasAgents)('one conversation that two sessions know', () => {
	const openScene = scenes();

	it.each(['claude', 'codex'] as const)(
		'is resumed by one at a time, and the next hears of it (%s)',
		async (agent) => {
			const scene = await openScene();
			const flags = ['--order', agent];
			scene.model.script(agent, say('The code name is Merlin.'));
			await scene.run('Choose a code name.', flags);
			const parent = basename(scene.session());
			const goOn = ['--session', parent, ...flags];

			let release = () => {};
			scene.model.script(agent, sayUntil('Slow answer A.', new Promise<void>((done) => (release = done))));
			const slow = scene.startRun('Do A.', goOn);
			await until(() => scene.model.of(agent)[1], 'the request for A', slow.stderr);
			scene.model.script(agent, say('Answer B.'));
			const quick = await scene.run('Do B.', goOn);
			release();
			const first = await slow.ended;
			scene.model.script(agent, say('Answer C.'));
			const last = await scene.run('Do C.', goOn);

			expect([first.exitCode, quick.exitCode, last.exitCode], quick.stderr + last.stderr).toEqual([0, 0, 0]);
			const [, ofA, ofB, ofC] = scene.model.of(agent);
			expect(ofA?.userTexts.at(-1)).toContain('Do A.');
			expect(ofB?.raw).not.toContain('Do A.');
			expect(ofB?.userTexts.join('\n')).toContain('> The code name is Merlin.');
			expect(quick.stdout + quick.stderr).toContain('is in use by session');
			expect(ofC?.raw).toContain('Slow answer A.');
			expect(ofC?.userTexts.at(-1)).toContain('Another line of work, session');
			expect(ofC?.userTexts.at(-1)).toMatch(/Do C\.\s+<\/user-\w+>\s*$/);
			const natives = scene.sessions().map((folder) => scene.turn(1, folder).native_session_id);
			expect(natives[1]).toBe(natives[0]);
			expect(natives[2]).not.toBe(natives[0]);
			expect(natives[3]).toBe(natives[0]);
		},
	);
});
