/** `/use`: each agent keeps its own conversation and gets what it missed, and nothing twice. */
import { describe, expect, it } from 'vitest';
import { callTools, say, TOOLS } from './harness/answers.ts';
import { ASKED, workFlags } from './harness/four-agents.ts';
import { hasAgents } from './harness/installed-agents.ts';
import { LEFT_OUT, splitSome } from './harness/some-pairs.ts';
import { scenes } from './harness/with-scene.ts';

const OTHER = { claude: 'codex', codex: 'claude' } as const;

describe.skipIf(!hasAgents)('a switch and a return', () => {
	const openScene = scenes();

	it.each(['claude', 'codex'] as const)(
		'in the shell: %s resumes its own session and gets what the other did',
		async (first) => {
			const second = OTHER[first];
			const scene = await openScene();
			scene.model.script(first, say('The code name is Heron.'), say('Welcome back.'));
			scene.model.script(
				second,
				callTools(TOOLS[second].write(`${scene.repo}/lake.txt`, 'cold water\n')),
				say('The lake file is there; I rejected a pond because ponds freeze.'),
			);
			const typed = [
				'Choose a code name',
				`/use ${second}`,
				'Write the lake file',
				`/use ${first}`,
				'What happened meanwhile?',
				'/exit',
			];

			const shell = await scene.relay(['--agent', first, '-p', 'full'], { input: `${typed.join('\n')}\n` });

			expect(shell.exitCode, shell.stderr).toBe(0);
			expect(scene.sessions()).toHaveLength(1);
			expect([1, 2, 3].map((turn) => scene.turn(turn).agent)).toEqual([first, second, first]);
			expect([1, 2, 3].map((turn) => scene.turn(turn).trigger)).toEqual(['user', 'switch', 'switch']);
			expect(scene.turn(3)).toMatchObject({
				resumed: true,
				native_session_id: scene.turn(1).native_session_id,
			});
			// The other one got the story and its task.
			const told = scene.model.of(second)[0]?.userTexts.join('\n') ?? '';
			for (const words of ['Choose a code name', 'Write the lake file', 'Heron'])
				expect(told).toContain(words);
			// The first one has its own conversation, and in the new prompt only what it missed.
			const back = scene.model.of(first)[1];
			expect(back?.raw).toContain('The code name is Heron.');
			const delta = back?.userTexts.at(-1) ?? '';
			for (const words of ['lake.txt', 'Write the lake file', 'ponds freeze', 'What happened meanwhile?'])
				expect(delta).toContain(words);
			expect(delta).not.toContain('The code name is Heron.');
			expect(scene.meta()).toMatchObject({ status: 'completed', active_agent: first, turn_count: 3 });
		},
	);

	it('by run: the native session is found through the lineage, the user edits in between are told', async () => {
		const scene = await openScene();
		scene.model.script('claude', say('The code name is Heron.'), say('Welcome back.'));
		scene.model.script('codex', say('Seen.'));
		await scene.run('Choose a code name', ['-a', 'claude']);
		await scene.run('Have a look', ['-a', 'codex', '--session', 'latest']);
		scene.write('by-hand.txt', 'typed by the user\n');
		const back = await scene.run('What happened?', ['-a', 'claude', '--session', 'latest']);

		expect(back.exitCode, back.stderr).toBe(0);
		const [one, , three] = scene.sessions().map((folder) => scene.turn(1, folder));
		expect(three).toMatchObject({ resumed: true, native_session_id: one?.native_session_id });
		const request = scene.model.of('claude')[1];
		expect(request?.raw).toContain('The code name is Heron.');
		expect(request?.userTexts.at(-1)).toContain('by-hand.txt');
		expect(request?.userTexts.at(-1)).toContain('Have a look');
	});

	const SPOILT = [
		['claude', 'is gone'],
		['codex', 'is gone'],
		['claude', 'is torn'],
		['codex', 'is torn'],
		['gemini', 'is torn'],
	] as const;
	/** `some`: each agent in one way. */
	const cases = splitSome(SPOILT, (_, at) => at === 0 || at > 2);
	const REPLACED = 'a native session of %s that %s is replaced by the whole story';
	it.skip.each(cases.left)(`${REPLACED} ${LEFT_OUT}`, () => undefined);
	it.each(cases.tried)(REPLACED, async (agent, how) => {
		const scene = await openScene();
		const flags = [...workFlags(agent), '-a', ASKED[agent]];
		scene.model.script(agent, say('The code name is Heron.'), say('I read the story.'));
		await scene.run('Choose a code name', flags);
		if (how === 'is gone') scene.forgetNativeSessions();
		else scene.tearNativeSessions();
		const run = await scene.run('Which name?', [...flags, '--session', 'latest']);

		expect(run.exitCode, run.stderr + run.stdout).toBe(0);
		expect(run.events.find(({ type }) => type === 'notice')).toMatchObject({ level: 'warning' });
		const told = scene.model.of(agent).at(-1)?.userTexts.join('\n') ?? '';
		for (const words of ['Choose a code name', 'Heron', 'Which name?']) expect(told).toContain(words);
		expect(scene.meta()).toMatchObject({ status: 'completed' });
	});
});
