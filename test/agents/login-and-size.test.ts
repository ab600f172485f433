/** Agents that are not logged in, and prompts of any size. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Answer, NO_ANSWER, REFUSALS, say } from './harness/answers.ts';
import { hasAgents } from './harness/installed-agents.ts';
import type { SceneOptions } from './harness/scene.ts';
import { LEFT_OUT, splitSome } from './harness/some-pairs.ts';
import { scenes } from './harness/with-scene.ts';

const OTHER = { claude: 'codex', codex: 'claude' } as const;
const LOGGED_OUT: Record<'claude' | 'codex', SceneOptions> = {
	claude: { claudeLogin: 'none' },
	codex: { codexLogin: 'none' },
};
const ADVICE = { claude: /login/i, codex: /MOCK_API_KEY/ };

describe.skipIf(!hasAgents)('an agent that is not logged in', () => {
	const openScene = scenes();

	it.each(['claude', 'codex'] as const)('is skipped as a successor, with that reason (%s)', async (agent) => {
		const scene = await openScene(LOGGED_OUT[agent]);
		const from = OTHER[agent];
		scene.model.forever(from, REFUSALS[from].window(Math.floor(Date.now() / 1000) + 3600));

		const run = await scene.run('Do it', ['--order', `${from},${agent}`]);

		expect(run.exitCode, run.stderr).toBe(2);
		expect(run.events.find(({ type }) => type === 'nobody_left')).toMatchObject({
			candidates: expect.arrayContaining([expect.objectContaining({ agent, verdict: 'not_logged_in' })]),
		});
		expect(scene.model.of(agent)).toEqual([]);
		expect(scene.meta().turn_count).toBe(1);
	});

	it.each(['claude', 'codex'] as const)(
		"shows the CLI's own advice when it is asked for (%s)",
		async (agent) => {
			const scene = await openScene(LOGGED_OUT[agent]);

			const run = await scene.relay(['run', '-a', agent, 'Do it']);

			expect(run.exitCode, run.stderr).toBe(1);
			expect(run.stdout + run.stderr).toMatch(ADVICE[agent]);
			expect(scene.turn(1)).toMatchObject({ status: 'failed', stop_reason: 'auth', limit: null });
			expect(scene.ledger()).toEqual([]);
			expect(scene.model.of(agent)).toEqual([]);
		},
	);

	it('a key that the provider refuses is no limit, and the turn ends at the first sign (claude)', async () => {
		const scene = await openScene({ claudeLogin: 'api_key' });
		const error = { type: 'authentication_error', message: 'invalid x-api-key' };
		const refused: Answer = { type: 'refusal', status: 401, body: { type: 'error', error } };
		// The CLI asks once more before it tells of it, and would go on asking: what comes after that is never answered.
		scene.model.script('claude', refused, refused);
		scene.model.forever('claude', NO_ANSWER);
		const run = await scene.run('Do it', ['-a', 'claude']);

		expect(run.exitCode, run.stderr).toBe(1);
		expect(scene.turn(1)).toMatchObject({ status: 'failed', stop_reason: 'auth', limit: null });
		expect(scene.model.of('claude').length).toBeLessThanOrEqual(3);
		expect(scene.ledger()).toEqual([]);
	});
});

describe.skipIf(!hasAgents)('a long prompt', () => {
	const openScene = scenes();

	const SIZES = [
		['claude', 45_000, 'a file'],
		['claude', 500_000, 'a file'],
		['codex', 45_000, 'stdin'],
		['codex', 500_000, 'stdin'],
	] as const;
	/** `some`: each agent with one size. */
	const cases = splitSome(SIZES, (_, at) => at === 1 || at === 2);
	const WHOLE = 'reaches %s whole: %i bytes from %s';
	it.skip.each(cases.left)(`${WHOLE} ${LEFT_OUT}`, () => undefined);
	it.each(cases.tried)(WHOLE, async (agent, bytes, source) => {
		const scene = await openScene();
		scene.model.script(agent, say('Read it all.'));
		const prompt = longText(bytes);
		const file = join(scene.root, 'task.md');
		writeFileSync(file, prompt);
		const base = ['run', '--json', '-a', agent];

		const run = await (source === 'stdin'
			? scene.relay(base, { input: prompt })
			: scene.relay([...base, '-f', file]));

		expect(run.exitCode, run.stderr.slice(0, 2000)).toBe(0);
		expect(Buffer.byteLength(scene.turnText(1, 'prompt.md'))).toBe(Buffer.byteLength(prompt));
		expect(scene.turnText(1, 'prompt.md') === prompt, 'the recorded prompt is what was given').toBe(true);
		const seen = scene.model.of(agent)[0]?.userTexts ?? [];
		expect(
			seen.some((text) => text.trim() === prompt.trim()),
			`sizes ${seen.map((text) => text.length)}`,
		).toBe(true);
	});
});

/** Numbered lines, so that a lost or doubled piece anywhere shows. */
function longText(bytes: number): string {
	let text = '# A long task\n';
	for (let line = 1; text.length < bytes; line++)
		text += `${line}: keep this line, ünchanged — "quoted" $HOME \\n\n`;
	return text;
}
