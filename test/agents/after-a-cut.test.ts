/** The same agent again, after its turn was cut off or its conversation became useless: what the model then really reads. */
import { describe, expect, it } from 'vitest';
import { until } from '../helpers/patience.ts';
import { type Answer, callTools, NO_ANSWER, say, TOOLS } from './harness/answers.ts';
import { hasAgents } from './harness/installed-agents.ts';
import type { Scene } from './harness/scene.ts';
import { killAll } from './harness/scene-processes.ts';
import { isSome, LEFT_OUT } from './harness/some-pairs.ts';
import { scenes } from './harness/with-scene.ts';

const AGENTS = ['claude', 'codex'] as const;
type Agent = (typeof AGENTS)[number];
const flags = (agent: Agent) => ['-a', agent, '-p', 'full'];
/** claude refuses a lone `sleep` in Bash. */
const ENDLESS = 'echo begun; sleep 300';
const isEndless = ({ command }: { command: string }) => command.includes('sleep 300');

const CUTS = ['Ctrl+C', 'kill -9', 'a time-out'] as const;
const SAYS = {
	'Ctrl+C': /was cut off: it was interrupted[\s\S]*Its outcome is known: it did not finish/,
	'kill -9': /was cut off in the middle \(a crash or a kill\)[\s\S]*[Ii]ts outcome is unknown/,
	'a time-out': /was cut off: it ran out of the time[\s\S]*Its outcome is known: it did not finish/,
};

/** Each agent after each cut; `some` tries each of them in one of two ways. */
const cutsOf = (way: 0 | 1) =>
	AGENTS.flatMap((agent, at) =>
		CUTS.map((how, nth) => ({ agent, how, isTried: !isSome || (at + nth) % 2 === way })),
	);
const tried = (way: 0 | 1) => cutsOf(way).filter(({ isTried }) => isTried);
const leftOut = (way: 0 | 1) => cutsOf(way).filter(({ isTried }) => !isTried);

describe.skipIf(!hasAgents)('an agent that goes on with its own conversation', () => {
	const openScene = scenes();

	/** A finished turn, then one that is cut off while its tool runs. */
	async function cutOff(scene: Scene, agent: Agent, how: (typeof CUTS)[number]): Promise<void> {
		scene.model.script(agent, say('I am ready.'), callTools(TOOLS[agent].shell(ENDLESS)));
		// codex asks the model again once a command has run for 10 s.
		scene.model.forever(agent, NO_ANSWER);
		await scene.run('Get ready', flags(agent));
		const time = how === 'a time-out' ? ['--timeout', '20s'] : [];
		const running = scene.startRun('Publish it', [...flags(agent), '--session', 'latest', ...time]);
		await until(
			() => scene.processes().some(isEndless),
			'the tool to run',
			() => running.stdout() + running.stderr(),
		);
		if (how === 'Ctrl+C') running.child.kill('SIGINT');
		if (how === 'kill -9') running.child.kill('SIGKILL');
		await running.ended;
		await until(
			() => scene.processes().every(isEndless),
			'the agent to be gone',
			() => JSON.stringify(scene.processes()),
		);
		killAll(scene.processes());
		await until(() => scene.model.isDeserted(), 'the last request to be read');
		scene.model.reset();
		scene.model.script(agent, say('I looked and went on.'));
	}

	it.skip.each(leftOut(0))(`$agent, after $how: a new prompt ${LEFT_OUT}`, () => undefined);
	it.each(tried(0))(
		'$agent, after $how: a new prompt comes with a note of the cut',
		async ({ agent, how }) => {
			const scene = await openScene();
			await cutOff(scene, agent, how);
			const asked = scene.model.requests.length;
			const again = await scene.run('What is done?', [...flags(agent), '--session', 'latest']);

			expect(again.exitCode, again.stderr).toBe(0);
			const text = scene.model.requests[asked]?.userTexts.at(-1) ?? '';
			expect(scene.model.requests[asked]?.raw).toContain('I am ready.');
			expect(text).toMatch(/^<(relay-[0-9a-f]{8})>\n[\s\S]*<\/\1>\n\nWhat is done\?$/);
			expect(text).toMatch(SAYS[how]);
			expect(text).toContain('before you repeat any of it');
			expect(scene.turn(2)).toMatchObject({ resumed: true, packet: null, status: 'completed' });
		},
	);

	it.skip.each(leftOut(1))(`$agent, after $how: --continue ${LEFT_OUT}`, () => undefined);
	it.each(tried(1))(
		'$agent, after $how: --continue sends the prompt again, and the packet tells the cut',
		async ({ agent, how }) => {
			const scene = await openScene();
			await cutOff(scene, agent, how);
			const asked = scene.model.requests.length;
			const again = await scene.relay(['run', '--json', ...flags(agent), '--continue']);

			expect(again.exitCode, again.stderr).toBe(0);
			const text = scene.model.requests[asked]?.userTexts.at(-1) ?? '';
			expect(text).toContain('Publish it');
			expect(text).toMatch(SAYS[how]);
			expect(text.split('\n').find((line) => line.startsWith('Why it stopped:'))).toMatch(
				/turn 1 of .* was cut off/,
			);
			expect(text).toContain('before you repeat any of it');
			expect(text).not.toContain('the session was left');
		},
	);

	const TOO_LONG: Record<Agent, Answer> = {
		claude: {
			type: 'refusal',
			status: 400,
			body: {
				type: 'error',
				error: {
					type: 'invalid_request_error',
					message: 'prompt is too long: 250000 tokens > 200000 maximum',
				},
			},
		},
		codex: {
			type: 'refusal',
			status: 400,
			body: {
				error: {
					type: 'invalid_request_error',
					code: 'context_length_exceeded',
					message: 'Your input exceeds the context window of this model.',
				},
			},
		},
	};

	it.each(AGENTS)(
		'whose context is full: the next prompt begins a new one with the whole story (%s)',
		async (agent) => {
			const scene = await openScene();
			scene.model.script(agent, say('The depth is 12 m.'));
			await scene.run('Measure the depth', flags(agent));
			scene.model.forever(agent, TOO_LONG[agent]);
			const full = await scene.run('Now the width', [...flags(agent), '--session', 'latest']);
			scene.model.reset();
			scene.model.script(agent, say('The width is 40 m.'), say('Done.'));
			const asked = scene.model.requests.length;
			const next = await scene.relay(['run', ...flags(agent), '--continue']);

			expect(full.exitCode).toBe(1);
			expect(scene.turn(1)).toMatchObject({ status: 'failed', stop_reason: 'context_too_long' });
			expect(next.exitCode, next.stderr).toBe(0);
			expect(next.stdout + next.stderr).toMatch(/new conversation.*has become too long/);
			const text = scene.model.requests[asked]?.userTexts.at(-1) ?? '';
			for (const words of ['The depth is 12 m.', 'Measure the depth', 'Now the width'])
				expect(text).toContain(words);
			expect(scene.turn(2)).toMatchObject({ resumed: false, status: 'completed' });
			expect(scene.turn(2).native_session_id).not.toBe(scene.turn(1).native_session_id);
		},
	);

	it('whose id codex does not know as one of its own: the prompt goes out with its story', async () => {
		const scene = await openScene();
		scene.model.script('codex', say('The depth is 12 m.'));
		await scene.run('Measure the depth', flags('codex'));
		scene.editMeta((meta) => {
			for (const known of Object.values(meta.agents)) known.native_session_id = 'no-such-thread';
		});
		scene.model.script('codex', say('The width is 40 m.'), say('The width is 40 m.'));
		const again = await scene.run('Now the width', [...flags('codex'), '--session', 'latest']);

		expect(again.exitCode, again.stderr).toBe(0);
		const text = scene.model.requests.at(-1)?.userTexts.at(-1) ?? '';
		for (const words of ['The depth is 12 m.', 'Measure the depth', 'Now the width'])
			expect(text).toContain(words);
		const last = scene.turn(scene.meta().turn_count);
		expect(last).toMatchObject({ resumed: false, status: 'completed' });
	});
});
