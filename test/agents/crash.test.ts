/** `kill -9` of the relay at many instants of a turn with a real CLI, and the next start. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Answer, callTools, say, sayUntil, TOOLS } from './harness/answers.ts';
import { hasAgents } from './harness/installed-agents.ts';
import type { RunningRelay, Scene } from './harness/scene.ts';
import { killAll } from './harness/scene-processes.ts';
import { until } from './harness/until.ts';
import { scenes } from './harness/with-scene.ts';

type Agent = 'claude' | 'codex';
const PROMPT = 'Survey the lake and report';
/** Design 11: the agents' own tools may need this long to notice that their terminal is gone. */
const GONE_MS = 3000;
/** After the process began, when the turn has not (measured: it begins after 0.2 s alone, 0.5 s under load). */
const EARLY_MS = [60, 160];
/** After the turn began; it takes 1.5 s and more. */
const IN_TURN_MS = [0, 100, 220, 340, 480, 640, 820, 1400];

describe.skipIf(!hasAgents)('a relay that is killed', () => {
	const openScene = scenes();

	it.each(
		(['claude', 'codex'] as const).flatMap((agent) => [
			...EARLY_MS.map((afterMs) => [agent, afterMs, 'its start'] as const),
			...IN_TURN_MS.map((afterMs) => [agent, afterMs, 'the start of its turn'] as const),
		]),
	)(
		'%s, %i ms after %s: agents end, records are whole, --continue goes on',
		async (agent, afterMs, since) => {
			const scene = await openScene();
			scene.model.script(agent, ...survey(agent));
			const running = scene.startRun(PROMPT, ['-a', agent, '-p', 'full']);
			if (since !== 'its start') await running.event(since, ({ type }) => type === 'turn_started');
			await new Promise((wake) => setTimeout(wake, afterMs));
			running.child.kill('SIGKILL');
			await running.ended;

			await expectAllGone(scene);
			expectWholeRecords(scene);
			expectPrintedIsRecorded(scene, running);
			await expectToGoOn(scene, agent);
		},
	);

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
		killAll(scene.processes());
		// The moment itself is too short to hit: what may have come after it is taken away again.
		rmSync(join(scene.session(), 'turns'), { recursive: true, force: true });
		const meta = { ...scene.meta(), turn_count: 0, agents: {} };
		writeFileSync(join(scene.session(), 'meta.json'), JSON.stringify(meta));

		await expectToGoOn(scene, 'claude');
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
			await expectToGoOn(scene, agent);
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
			expect(again.stderr).toContain(`left running: ${pid}`);
			expect(scene.processes().map((process) => process.pid)).toContain(pid);
		}
		killAll(left);
	});
});

/** Starts a turn with a tool that never ends, and kills the relay when `isDue`. */
async function killDuringTool(scene: Scene, agent: Agent, isDue: () => boolean): Promise<RunningRelay> {
	scene.model.script(agent, callTools(TOOLS[agent].shell('echo begun; sleep 300')));
	const running = scene.startRun(PROMPT, ['-a', agent, '-p', 'full']);
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
		GONE_MS,
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

async function expectAllGone(scene: Scene): Promise<void> {
	await until(
		() => scene.processes().length === 0,
		'every agent to be gone',
		() => JSON.stringify(scene.processes()),
		GONE_MS,
	);
}

function recordFiles(scene: Scene): string[] {
	const folder = join(scene.repo, '.agent-relay');
	if (scene.sessions().length === 0) return [];
	return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
}

/** JSON files parse; of a JSONL file every line but a torn last one does. */
function expectWholeRecords(scene: Scene): void {
	for (const file of recordFiles(scene)) {
		if (file.endsWith('.json')) JSON.parse(readFileSync(file, 'utf8'));
		if (!file.endsWith('events.jsonl')) continue;
		const lines = readFileSync(file, 'utf8').split('\n');
		for (const line of lines.slice(0, -1)) JSON.parse(line);
	}
}

/** What the relay had shown was on disk before: bytes are recorded, then interpreted. */
function expectPrintedIsRecorded(scene: Scene, running: RunningRelay): void {
	const printed = running
		.stdout()
		.split('\n')
		.slice(0, -1)
		.map((line) => JSON.parse(line));
	const shown = printed.filter(({ type }) => type === 'agent_message_chunk' || type === 'tool_call');
	if (shown.length === 0) return;
	const raw = scene.turnText(1, 'raw.jsonl');
	for (const { text, id } of shown) expect(raw).toContain(text ?? id);
}

/** Nothing is sent again by itself; asked to go on, the relay sends what was cut off, and only that. */
async function expectToGoOn(scene: Scene, agent: Agent): Promise<void> {
	const asked = scene.model.requests.length;
	await scene.relay(['sessions', '--json']);
	expect(scene.model.requests).toHaveLength(asked);
	scene.model.reset();
	scene.model.script(agent, say('I went on.'));
	const again = await scene.relay(['run', '--json', '-a', agent, '-p', 'full', '--continue']);
	if (again.exitCode === 4) {
		expect(hasNothingLeft(scene), again.stderr).toBe(true);
		expect(scene.model.requests).toHaveLength(asked);
		return;
	}
	expect(again.exitCode, again.stderr).toBe(0);
	expect(scene.sessions()).toHaveLength(1);
	const request = scene.model.requests[asked];
	expect(scene.model.requests).toHaveLength(asked + 1);
	expect(request?.userTexts.at(-1)).toContain(PROMPT);
	const states = Array.from({ length: scene.meta().turn_count }, (_, i) => scene.turn(i + 1).status);
	expect(states.at(-1)).toBe('completed');
	expect(states.slice(0, -1).filter((status) => status !== 'outcome_unknown')).toEqual([]);
	expect(scene.meta().status).toBe('completed');
}

/** Killed before the first session, or behind the agent's last word. */
function hasNothingLeft(scene: Scene): boolean {
	if (!scene.sessions().some((session) => existsSync(join(session, 'meta.json')))) return true;
	return scene.meta().turn_count === 1 && scene.turn(1).status === 'completed';
}
