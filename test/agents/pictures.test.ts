/** Pictures that the user's words name reach the model, by each CLI's own means. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { say } from './harness/answers.ts';
import { hasAgents } from './harness/installed-agents.ts';
import { scenes } from './harness/with-scene.ts';

/** One red pixel. */
const PIXEL =
	'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';

describe.skipIf(!hasAgents)('a picture', () => {
	const openScene = scenes();

	it.each(['claude', 'codex', 'opencode', 'gemini'] as const)(
		'named by @ reaches the model of %s',
		async (agent) => {
			const scene = await openScene();
			writeFileSync(join(scene.repo, 'shot.png'), Buffer.from(PIXEL, 'base64'));
			scene.model.script(agent, say('A red pixel.'));

			const run = await scene.run('What is in @shot.png ?', ['-a', agent]);

			expect(run.exitCode, run.stderr).toBe(0);
			const [request] = scene.model.of(agent);
			// The model of the test is none that sees, so opencode says that in the picture's place.
			const sent = agent === 'opencode' ? 'Cannot read \\"shot.png\\" (this model' : PIXEL.slice(0, 40);
			expect(request?.raw).toContain(sent);
			expect(scene.turn(1)).toMatchObject({ pictures: [{ path: join(scene.repo, 'shot.png'), bytes: 70 }] });
		},
	);
});
