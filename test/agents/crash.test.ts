/** `kill -9` of the relay at many instants of a turn with a real CLI, and the next start. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { until } from '../helpers/patience.ts';
import { type Answer, callTools, sayUntil, TOOLS } from './harness/answers.ts';
import {
	expectAllGone,
	expectPrintedIsRecorded,
	expectToGoOn,
	expectWholeRecords,
} from './harness/crash-checks.ts';
import { hasAgents } from './harness/installed-agents.ts';
import type { RunningRelay, Scene } from './harness/scene.ts';
import { killAll } from './harness/scene-processes.ts';
import { LEFT_OUT, splitSome } from './harness/some-pairs.ts';
import { scenes } from './harness/with-scene.ts';

type Agent = 'claude' | 'codex';
const PROMPT = 'Survey the lake and report';
const flags = (agent: Agent) => ['-a', agent, '-p', 'full'];
/** After the process began, when the turn has not (measured: it begins after 0.2 s alone, 0.5 s under load). */
const EARLY_MS = [60, 160];
/** After the turn began; it takes 1.5 s and more. */
const IN_TURN_MS = [0, 100, 220, 340, 480, 640, 820, 1400];
/** Each agent at each instant; `some` tries each instant with one of them. */
const KILLS = splitSome(
	(['claude', 'codex'] as const).flatMap((agent, which) => [
		...EARLY_MS.map((afterMs, at) => [agent, afterMs, 'its start', (which + at) % 2] as const),
		...IN_TURN_MS.map((afterMs, at) => [agent, afterMs, 'the start of its turn', (which + at) % 2] as const),
	]),
	([, , , left]) => left === 0,
);
const KILLED = '%s, %i ms after %s: agents end, records are whole, --continue goes on';

describe.skipIf(!hasAgents)('a relay that is killed', () => {
	const openScene = scenes();

	it.skip.each(KILLS.left)(`${KILLED} ${LEFT_OUT}`, () => undefined);
	it.each(KILLS.tried)(KILLED, async (agent, afterMs, since) => {
		const scene = await openScene();
		scene.model.script(agent, ...survey(agent));
		const running = scene.startRun(PROMPT, flags(agent));
		if (since !== 'its start') await running.event(since, ({ type }) => type === 'turn_started');
		await new Promise((wake) => setTimeout(wake, afterMs));
		running.child.kill('SIGKILL');
		await running.ended;

		await expectAllGone(scene);
		expectWholeRecords(scene);
		expectPrintedIsRecorded(scene, running);
		await expectToGoOn(scene, { agent, flags: flags(agent), prompt: PROMPT });
	});

	it('before its first turn: the prompt is kept and goes out when the user goes on', async () => {
		const scene = await openScene();
		const folder = scene.addProgram(
			'git',
			'case " $* " in *" add "*) sleep 60;; esac; exec /usr/bin/git "$@"',
		);
		const running = scene.startRun(PROMPT, ['-a', 'claude'], {
			env: { PATH: `${folder}:${scene.env.PATH}` },
		});
		await until(
			() => scene.sessions().some((session) => existsSync(join(session, 'meta.json'))),
			'the session',
			() => running.stderr(),
		);
		running.child.kill('SIGKILL');
		await running.ended;
		// A shell that is killed may just have started another program.
		await until(() => {
			killAll(scene.processes());
			return scene.processes().length === 0;
		}, 'all that git had started to be gone');
		// The moment itself is too short to hit: what may have come after it is taken away again.
		rmSync(join(scene.session(), 'turns'), { recursive: true, force: true });
		const meta = { ...scene.meta(), turn_count: 0, agents: {} };
		writeFileSync(join(scene.session(), 'meta.json'), JSON.stringify(meta));

		await expectToGoOn(scene, { agent: 'claude', flags: flags('claude'), prompt: PROMPT });
		expect(scene.model.of('claude')[0]?.userTexts.at(-1)).toBe(PROMPT);
	});

	it.each(['claude', 'codex'] as const)(
		'while a tool of %s runs: the next start ends what it left',
		async (agent) => {
			const scene = await openScene();
			const running = await killDuringTool(scene, agent, () => scene.turn(1).strays.some(isEndlessTool));

			await expectAgentGone(scene);
			expectWholeRecords(scene);
			expectPrintedIsRecorded(scene, running);
			await expectToGoOn(scene, { agent, flags: flags(agent), prompt: PROMPT });
			expect(scene.processes()).toEqual([]);
		},
	);

	it('at once when a tool of claude begins: what nobody recorded is named, and not killed unasked', async () => {
		const scene = await openScene();
		await killDuringTool(scene, 'claude', () => true);
		await expectAgentGone(scene);
		const left = scene.processes();
		scene.model.reset();
		const again = await scene.relay(['run', '--json', '-a', 'claude', '--continue']);

		expect(again.exitCode, again.stderr).toBe(0);
		for (const { pid } of left) {
			// A shell and what it runs stand in one line.
			expect(again.stderr).toMatch(new RegExp(`left running: (?:${pid} |.* \\(with (?:.*, )?${pid} )`));
			expect(scene.processes().map((process) => process.pid)).toContain(pid);
		}
		killAll(left);
	});
});

/** Starts a turn with a tool that never ends, and kills the relay when `isDue`. */
async function killDuringTool(scene: Scene, agent: Agent, isDue: () => boolean): Promise<RunningRelay> {
	scene.model.script(agent, callTools(TOOLS[agent].shell('echo begun; sleep 300')));
	const running = scene.startRun(PROMPT, flags(agent));
	await until(
		() => scene.processes().some(isEndlessTool) && isDue(),
		'the tool to run',
		() => running.stdout() + running.stderr(),
	);
	running.child.kill('SIGKILL');
	await running.ended;
	return running;
}

const isEndlessTool = ({ command }: { command: string }) => command.includes('sleep 300');

/** Tools with a session of their own may outlive it. */
async function expectAgentGone(scene: Scene): Promise<void> {
	await until(
		() => scene.processes().every(isEndlessTool),
		'the agent to be gone',
		() => JSON.stringify(scene.processes()),
	);
}

/** A turn of about a second: a command, a patch, and an answer that takes its time. */
function survey(agent: Agent): Answer[] {
	const pause = new Promise((wake) => setTimeout(wake, 1300));
	return [
		{ type: 'message', text: 'I measure first.', calls: [TOOLS[agent].shell('sleep 0.2; echo depth 12')] },
		callTools(TOOLS[agent].shell('echo 12 > depth.txt')),
		sayUntil('The lake is 12 m deep.', pause),
	];
}
